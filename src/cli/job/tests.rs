use clap::Parser;

use super::*;
use crate::cli::args::Args;
use crate::nn::{Loss, Optimizer, Output};

fn job_on(is_terminal: bool, line: &str) -> Result<Job> {
    let words = ["nn-tui"].into_iter().chain(line.split_whitespace());
    let args = Args::try_parse_from(words).expect("parses");
    Job::check(&args.training, &args.global, is_terminal)
}

fn job(line: &str) -> Result<Job> {
    job_on(true, line)
}

fn plan(line: &str) -> Plan {
    let table = TableShape {
        inputs: 4,
        rows: 100,
        is_number: false,
    };
    job(line).expect(line).choices.plan(table).expect(line)
}

#[test]
fn output_and_loss_must_go_together() {
    let error = job("--output linear --loss cross-entropy").expect_err("not together");
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("cross-entropy"), "{error}");
}

#[test]
fn hidden_layers_go_with_the_inputs() {
    let hidden = |line: &str| {
        let job = job(line).expect(line);
        let dataset = crate::data::load(&job.source, None).expect("it is built in");
        job.plan_for(&dataset).expect(line).hidden
    };
    assert_eq!(hidden("iris"), defaults::HIDDEN);
    assert_eq!(hidden("sine"), defaults::HIDDEN);
    assert_eq!(hidden("digits"), defaults::HIDDEN_OF_MANY);
    assert_eq!(hidden("digits --hidden 5"), [5]);
    assert!(hidden("digits --hidden none").is_empty());
}

#[test]
fn a_number_refuses_what_needs_classes() {
    let refused = |line: &str| {
        let job = job(line).expect(line);
        let dataset = crate::data::load(&job.source, None).expect("it is built in");
        job.plan_for(&dataset).expect_err(line).to_string()
    };
    for (line, why) in [
        ("sine --output softmax", "output linear, not softmax"),
        (
            "sine --loss cross-entropy",
            "loss quadratic or huber, not cross-entropy",
        ),
        ("sine --class-weights balanced", "no classes to weight"),
    ] {
        assert!(refused(line).contains(why), "{}", refused(line));
    }
}

#[test]
fn the_learning_rate_goes_with_the_optimizer() {
    assert_eq!(plan("").rule.optimizer, Optimizer::ADAM);
    for optimizer in Optimizer::ALL {
        let name = optimizer.name();
        let rule = plan(&format!("--optimizer {name}")).rule;
        let usual = optimizer.default_learning_rate(Output::Softmax, Loss::CrossEntropy);
        assert_eq!(rule.learning_rate, usual);
        let rule = plan(&format!("--optimizer {name} --loss quadratic")).rule;
        let textbook = optimizer.default_learning_rate(Output::Sigmoid, Loss::Quadratic);
        assert_eq!(rule.learning_rate, textbook);
    }
    let momentum = plan("--optimizer momentum --momentum 0.5 --lr 3 --l2 0.1").rule;
    assert_eq!(
        momentum.optimizer,
        Optimizer::parse("momentum 0.5").unwrap()
    );
    assert_eq!(momentum.learning_rate.get(), 3.0);
    assert_eq!(momentum.weight_decay.get(), 0.1);
}

#[test]
fn values_out_of_range_are_refused_by_name() {
    for line in [
        "--lr 0",
        "--lr -1",
        "--lr nan",
        "--lr 1e-60",
        "--l2 -0.1",
        "--l2 inf",
        "--optimizer momentum --momentum 1",
        "--batch 0",
        "--hidden 0",
        "--epochs -1",
        "--set w1[1,1]",
        "--set a1[1]=2",
        "--set w1[1,1]=nan",
    ] {
        let words = ["nn-tui"].into_iter().chain(line.split_whitespace());
        let error = Args::try_parse_from(words).expect_err(line).to_string();
        let flag = line.rsplit(' ').nth(1).expect(line);
        assert!(
            error.contains(flag) && error.contains("expected"),
            "{error}"
        );
    }
    for (line, message) in [
        ("--val 1", "--val is 1; it must be at least 0 and below 1"),
        ("--val nan", "--val is NaN"),
        (
            "--momentum 0.5",
            ":momentum goes with :optimizer momentum or nesterov, not with adam",
        ),
        (
            "--export m.pt",
            "m.pt: the name of a model file must end in .json, .safetensors, .npz, .onnx, .py, .rs or .c",
        ),
    ] {
        let error = job(line).expect_err(line);
        assert!(error.to_string().starts_with(message), "{line}: {error}");
        assert_eq!(error.exit_code(), 2);
    }
}

#[test]
fn short_options_are_those_people_try_first() {
    let job = job("table.csv -e 3 -t kind -o m.json --force").expect("all known");
    assert_eq!(job.choices.limits.epochs, Some(3));
    assert_eq!(job.options.target.as_deref(), Some("kind"));
    let export = job.export.expect("given");
    assert!(export.replace && job.force);
}

#[test]
fn initial_values_are_repeatable() {
    let job = job("--set w1[1,2]=0.5 --set b2[1]=-1").expect("two values");
    let names: Vec<String> = job
        .initial_values
        .iter()
        .map(|(id, value)| format!("{id}={value}"))
        .collect();
    assert_eq!(names, ["w1[1,2]=0.5", "b2[1]=-1"]);
}

#[test]
fn the_front_end_depends_on_the_terminal() {
    let headless = FrontEnd::Headless {
        check_gradients: false,
    };
    let limits = |epochs, patience| Limits {
        epochs,
        patience,
        time: None,
    };
    let checked = |is_terminal, line| {
        let job = job_on(is_terminal, line).expect(line);
        (job.front_end, job.json, job.limits)
    };
    assert_eq!(
        checked(false, ""),
        (
            headless,
            false,
            limits(None, Some(defaults::HEADLESS_PATIENCE))
        )
    );
    for (line, epochs, patience) in [
        ("--json --epochs 3", Some(3), None),
        ("--json --epochs 0", Some(0), None),
        ("--json --epochs 9 --patience 4", Some(9), Some(4)),
        ("--json --patience 7", None, Some(7)),
        ("--json --patience none", None, None),
    ] {
        assert_eq!(
            checked(true, line),
            (headless, true, limits(epochs, patience))
        );
    }
    let screen = FrontEnd::Screen(ScreenRun {
        pace: Some(Pace::EpochsPerSecond(5.0)),
        paused: true,
        motion: true,
        history_memory: 64 << 20,
        looks: ScreenArgs::default(),
    });
    assert_eq!(
        checked(true, "--pace 5 --paused"),
        (screen, false, Limits::default())
    );
    assert!(job_on(false, "--paused").is_err());
    assert!(
        job_on(false, "--pace 5").is_ok(),
        "so that a command can be piped"
    );
}
