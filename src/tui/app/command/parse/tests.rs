use super::*;

#[test]
fn arguments_are_read() {
    let weight = ParameterId::Weight {
        layer: 2,
        output: 0,
        input: 2,
    };
    let bias = ParameterId::Bias {
        layer: 2,
        output: 0,
    };
    for (text, expected) in [
        ("w2[1,3] 0.5", (Some(weight), 0.5)),
        ("w2[1, 3] -1", (Some(weight), -1.0)),
        ("w2[1,3]=0.5", (Some(weight), 0.5)),
        ("b2[1] 0", (Some(bias), 0.0)),
        ("0.5", (None, 0.5)),
    ] {
        assert_eq!(set(text), Ok(expected), "{text}");
    }
    assert_eq!(parameter("freeze", ""), Ok(None));
    assert_eq!(parameter("freeze", "b2[1]"), Ok(Some(bias)));
    let neuron_3 = NeuronId {
        layer: 1,
        neuron: 2,
    };
    assert_eq!(neuron("mute", "a1[3]"), Ok(Some(neuron_3)));
    assert_eq!(step("10 phases"), Ok((StepSize::Phase, 10)));
    assert_eq!(step("row"), Ok((StepSize::Sample, 1)));
    assert_eq!(step(""), Ok((StepSize::Batch, 1)));
    assert_eq!(step("epoch 3"), Ok((StepSize::Epoch, 3)));
    assert_eq!(row("17"), Ok(17));
    assert_eq!(view("network"), Ok(Some(View::Network)));
    assert_eq!(view("landscape"), Ok(None));
    assert_eq!(export("my model.onnx"), Ok("my model.onnx".into()));
}

#[test]
fn errors_state_what_was_expected() {
    assert_eq!(
        neuron("mute", "w1[1,2]").unwrap_err(),
        "mute takes a hidden neuron such as a1[3], not \"w1[1,2]\""
    );
    assert_eq!(
        row("\u{1b}[2J").unwrap_err(),
        "row takes a number of at least 1, not \"\\u{1b}[2J\""
    );
    for bad in [
        "",
        "x",
        "w2[1,3]",
        "w2[1,3] nan",
        "w2[1] 3",
        "1e99",
        "w2[1,3]=",
    ] {
        assert!(set(bad).is_err(), "{bad}");
    }
    for bad in ["0", "1 2", "row row", "many"] {
        assert!(step(bad).is_err(), "{bad}");
    }
    for bad in ["", "0", "x"] {
        assert!(row(bad).is_err(), "{bad}");
    }
    assert!(view("").is_err() && view("me").is_err());
    assert!(export("").is_err() && export("model.txt").is_err());
    assert!(parameter("freeze", "w").is_err());
}
