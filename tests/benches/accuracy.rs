//! Validation accuracy of the defaults after 100 epochs on every built-in data set, over ten seeds with
//! a split each.
//!
//! `cargo bench --bench accuracy`

use std::sync::Arc;

use clap::Parser;
use nn_tui::cli::args::Args;
use nn_tui::cli::job::Job;
use nn_tui::data::{BUILT_IN, load};
use nn_tui::train::{Plan, Session};

const SEEDS: u64 = 10;
const EPOCHS: u64 = 100;

fn main() {
    let textbook =
        "--activation sigmoid --output sigmoid --loss quadratic --init normal --optimizer sgd";
    println!("| data | rows | features | classes | defaults | textbook's setting |");
    println!("|---|---:|---:|---:|---:|---:|");
    for built_in in &BUILT_IN {
        let usual = accuracies(built_in.name, "");
        let book = accuracies(built_in.name, textbook);
        let job = job(built_in.name, "");
        let data = load(&job.source, None).expect("it is built in");
        println!(
            "| {} | {} | {} | {} | {} | {} |",
            built_in.name,
            data.rows(),
            data.columns.len(),
            data.class_names().len(),
            summary(&usual),
            summary(&book)
        );
    }
}

fn job(data: &str, options: &str) -> Job {
    let words = ["nn-tui", data]
        .into_iter()
        .chain(options.split_whitespace());
    let args = Args::try_parse_from(words).expect("the options are right");
    Job::check(&args.training, &args.global, false).expect("the options go together")
}

fn accuracies(data: &str, options: &str) -> Vec<f64> {
    let job = job(data, options);
    let dataset = Arc::new(load(&job.source, None).expect("it is built in"));
    let usual = job
        .plan_for(&dataset)
        .expect("the options go with the data");
    let after = |seed| {
        let plan = Plan {
            seed,
            ..usual.clone()
        };
        let mut session = Session::new(plan, Arc::clone(&dataset)).expect("the plan is sound");
        while session.position().epoch < EPOCHS {
            session.step().expect("it converges");
        }
        let (scores, _) = session.validate().expect("there are rows for it");
        scores.accuracy()
    };
    (0..SEEDS).map(after).collect()
}

/// Mean and minimum of accuracies.
fn summary(accuracies: &[f64]) -> String {
    let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
    let min = accuracies.iter().copied().fold(1.0, f64::min);
    format!("{:.1} % (min {:.1})", 100.0 * mean, 100.0 * min)
}
