use super::*;

fn run(tags: &[(&str, &dyn Fn(f64) -> f64)], points: u32) -> Run {
    let mut run = Run::default();
    for step in 1..=points {
        let step = f64::from(step);
        for (tag, value) in tags {
            run.add_scalar(tag, Point::new(10.0 * step, 0.0, value(step)));
        }
    }
    run
}

#[test]
fn curves_show_what_is_wrong() {
    let falls = |x: f64| 1.0 / x;
    let rises = |x: f64| 0.5 + 0.01 * (x - 20.0).abs();
    for (train, validation) in [
        ("train_loss", "val_loss"),
        ("loss/train", "loss/validation"),
        ("loss", "eval_loss"),
        ("train/box_loss", "val/box_loss"),
        ("trainLoss", "valLoss"),
    ] {
        let run = run(&[(train, &falls), (validation, &rises)], 60);
        let found = findings(&run, None);
        let [CurveFinding::Overfitting { tag, since }] = &found[..] else {
            panic!("{found:?}");
        };
        assert!(
            **tag == *validation && (200.0..=350.0).contains(since),
            "{since}"
        );
    }
    let names = |value: &dyn Fn(f64) -> f64| -> Vec<&str> {
        let run = run(&[("loss", value), ("accuracy", &|_| f64::NAN)], 60);
        findings(&run, None)
            .iter()
            .map(CurveFinding::name)
            .collect()
    };
    assert_eq!(
        names(&|x| if x < 50.0 { 1.0 } else { f64::NAN }),
        ["not-finite"]
    );
    assert_eq!(names(&|x| x), ["diverging"]);
    assert_eq!(names(&|x| 0.7 + 1e-4 * (x % 7.0)), ["plateau"]);
    assert!(names(&falls).is_empty());
    // A zero before anything was computed, and numbers without a lowest one.
    assert!(names(&|x| if x < 2.0 { 0.0 } else { 2.0 / x }).is_empty());
    assert!(names(&|x| -50.0 + x).is_empty());
    assert!(names(&|x| (x - 10.0).min(0.1)).is_empty());
}

#[test]
fn what_belongs_to_a_loss_or_is_a_component_is_no_loss_of_its_own() {
    let falls = |x: f64| 3.0 / x;
    let names = |tags: &[(&str, &dyn Fn(f64) -> f64)]| -> Vec<&str> {
        let run = run(tags, 100);
        let found = findings(&run, None);
        found.iter().map(CurveFinding::name).collect()
    };
    let doubles = |x: f64| 2f64.powf(x / 4.0);
    for tag in [
        "loss_scale",
        "loss-scale",
        "lossScale",
        "aux_loss_weight",
        "best_loss",
    ] {
        assert!(
            names(&[("loss", &falls), (tag, &doubles)]).is_empty(),
            "{tag}"
        );
        assert!(
            names(&[("loss", &falls), (tag, &|_| 0.5)]).is_empty(),
            "{tag}"
        );
    }
    let risen = |x: f64| 0.001 + 2.0 * (1.0 - ((1.0 - x) / 5.0).exp());
    assert!(names(&[("loss", &falls), ("kl_loss", &risen)]).is_empty());
    assert_eq!(names(&[("kl_loss", &risen)]), ["diverging"]);
    assert_eq!(names(&[("loss", &doubles), ("kl_loss", &risen)]).len(), 2);
}

#[test]
fn losses_are_known_by_many_names() {
    let falls = |x: f64| 3.0 / (1.0 + x / 20.0);
    let rises = |x: f64| falls(x) + 0.01 * (x - 60.0).max(0.0);
    let lost = |x: f64| if x < 100.0 { falls(x) } else { f64::NAN };
    let names = |tags: &[(&str, &dyn Fn(f64) -> f64)]| -> Vec<&str> {
        let run = run(tags, 300);
        let found = findings(&run, None);
        found.iter().map(CurveFinding::name).collect()
    };
    for (train, validation) in [
        ("train_loss", "dev_loss"),
        ("train/loss", "holdout/loss"),
        ("train-logloss", "eval-logloss"),
        ("mse", "val_mse"),
        ("loss1", "val_loss1"),
    ] {
        let found = names(&[(train, &falls), (validation, &rises)]);
        assert_eq!(found, ["overfitting"], "{validation}");
    }
    assert_eq!(names(&[("train/cross_entropy", &lost)]), ["not-finite"]);
    assert!(names(&[("loss", &falls), ("mse", &|_| 1.0)]).is_empty());
    let risen = |x: f64| 0.01 + 10.0 * (1.0 - (-x / 40.0).exp());
    for (total, part) in [
        ("train_elbo_loss", "train_kl_loss"),
        ("train/total", "train/kl_loss"),
    ] {
        assert!(
            names(&[(total, &falls), (part, &risen)]).is_empty(),
            "{total}"
        );
    }
    let balanced = |x: f64| 0.7 + 0.05 * (x * 2.0).sin();
    assert!(names(&[("d_loss", &balanced), ("g_loss", &balanced)]).is_empty());
    assert_eq!(names(&[("d_loss", &balanced)]), ["plateau"]);
    assert!(names(&[("loss", &|x| if x < 2.0 { 1e-9 } else { falls(x) })]).is_empty());
}

#[test]
fn a_validation_loss_that_doubles_in_a_short_run_overfits() {
    let losses = [
        0.9, 0.7, 0.6, 0.55, 0.54, 0.56, 0.6, 0.65, 0.7, 0.76, 0.82, 0.88, 0.95, 1.02, 1.1,
    ];
    let validation = |x: f64| losses[x as usize - 1];
    let found = |train: &dyn Fn(f64) -> f64| {
        let run = run(&[("loss", train), ("val_loss", &validation)], 15);
        findings(&run, None)
    };
    let [CurveFinding::Overfitting { since, .. }] = &found(&|x| 0.9f64.powf(x))[..] else {
        panic!("it overfits");
    };
    assert_eq!(*since, 60.0);
    assert!(found(&|x| 0.5 + 0.01 * x).is_empty());
}

#[test]
fn a_noisy_loss_that_does_not_fall_is_a_plateau() {
    // Noise that looks like a random one, from -1 to 1.
    let noise = |x: f64, seed: u32| ((x * 12.9898 + f64::from(seed)).sin() * 43_758.5).fract();
    for size in [0.02, 0.1, 0.3] {
        let found = (0..20).filter(|seed| {
            let loss = |x: f64| 2.3 * (1.0 + size * noise(x, *seed));
            let found = findings(&run(&[("loss", &loss)], 300), None);
            found.iter().map(CurveFinding::name).eq(["plateau"])
        });
        assert!(found.count() >= 17, "{size}");
        let fallen = |x: f64| (0.7 + 0.3 * (-x / 10.0).exp()) * (1.0 + size * noise(x, 3) / 3.0);
        assert!(
            findings(&run(&[("loss", &fallen)], 300), None).is_empty(),
            "{size}"
        );
    }
}

#[test]
fn a_straight_line_is_no_plateau_and_one_that_rises_diverges() {
    let names = |value: &dyn Fn(f64) -> f64, points| -> Vec<&str> {
        let run = run(&[("loss", value)], points);
        let found = findings(&run, None);
        found.iter().map(CurveFinding::name).collect()
    };
    for points in [40, 100, 300] {
        let slope = 0.1 / f64::from(points);
        let noise = |x: f64| 0.003 * (x * 2.0).sin();
        assert!(
            names(&|x| 1.0 - slope * x + noise(x), points).is_empty(),
            "{points}"
        );
        assert_eq!(
            names(&|x| 1.0 + 5.0 * noise(x), points),
            ["plateau"],
            "{points}"
        );
        assert_eq!(
            names(&|x| 1.0 + 50.0 * slope * x, points),
            ["diverging"],
            "{points}"
        );
    }
}

#[test]
fn the_losses_of_common_layouts_are_pairs() {
    let falls = |x: f64| 1.0 / x;
    let rises = |x: f64| 0.5 + 0.01 * (x - 20.0).abs();
    let overfits = |run: &Run, training: Option<&Run>, tag: &str| {
        let found = findings(run, training);
        let [CurveFinding::Overfitting { tag: found, .. }] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(&**found, tag);
    };
    let mut tested = run(&[("loss/train", &falls), ("loss/validation", &rises)], 60);
    tested.add_scalar("loss/test", Point::new(600.0, 0.0, 0.9));
    overfits(&tested, None, "loss/validation");
    let lightning = run(
        &[
            ("train_loss_epoch", &falls),
            ("train_loss_step", &|x| {
                1.0 / x + 20.0 * f64::from(u8::from(x > 59.5))
            }),
            ("val_loss", &rises),
        ],
        60,
    );
    overfits(&lightning, None, "val_loss");
    let [train, validation] =
        [&falls as &dyn Fn(f64) -> f64, &rises].map(|loss| run(&[("epoch_loss", loss)], 60));
    assert!(findings(&train, None).is_empty());
    assert!(findings(&validation, None).is_empty());
    overfits(&validation, Some(&train), "epoch_loss");
    let runs: Vec<(Arc<str>, Arc<Run>)> = ["b/train", "a/train", "a/validation"]
        .map(|name| (name.into(), Arc::default()))
        .into();
    let beside = |name| training_beside(&runs, name).map(|run| run as *const Run);
    assert_eq!(beside("a/validation"), Some(Arc::as_ptr(&runs[1].1)));
    assert_eq!(["a/train", "validation", "a/other"].map(beside), [None; 3]);
    let runs: Vec<(Arc<str>, Arc<Run>)> = ["acc_train", "loss_train", "loss_val"]
        .map(|name| (name.into(), Arc::default()))
        .into();
    let beside = training_beside(&runs, "loss_val").map(|run| run as *const Run);
    assert_eq!(beside, Some(Arc::as_ptr(&runs[1].1)));
}
