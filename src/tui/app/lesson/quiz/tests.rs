use super::*;
use crate::lesson::expression::Expression;
use crate::nn::Loss;
use crate::nn::{Activation, Architecture, Output, Parameters};
use crate::train::probes::RowTrace;

const START: Position = Position {
    epoch: 0,
    batch: 0,
    step: 0,
};

fn architecture() -> Architecture {
    let (activation, output) = (Activation::Sigmoid, Output::Sigmoid);
    Architecture::new(vec![2, 2, 1], activation, output, Loss::Quadratic).expect("valid")
}

/// The network and the two rows of `tests/golden/by_hand.py`.
fn trace() -> Trace {
    let architecture = architecture();
    let mut parameters = Parameters::zeros(&architecture);
    parameters.layers[0].weights = ndarray::arr2(&[[1.0, -1.0], [0.5, 1.0]]);
    parameters.layers[1].weights = ndarray::arr2(&[[2.0, -1.0]]);
    let network = crate::nn::textbook::Network::new(&architecture, &parameters);
    let rows = [([1.0, -1.0], 1.0), ([1.0, 1.0], 0.0)].map(|(inputs, target)| {
        let forward = network.forward(&inputs);
        let backward = network.backward(&forward, &[target]);
        RowTrace {
            sample: SampleId {
                set: crate::train::Set::Training,
                index: 0,
            },
            targets: vec![target],
            forward,
            backward,
        }
    });
    Trace {
        network,
        rows: rows.into(),
        descent: Some(1.0),
    }
}

/// Numbers of `tests/golden/by_hand.py`, in the order of the quiz, as a reader would type them.
const BY_HAND: [&str; 56] = [
    // Row A: z1, a1, z2, a2, C, then layer 2 and layer 1 backward.
    "2", "-0.5", "0.8808", "0.3775", "1.3841", "0.7996", "0.0201", "-0.0321", "-0.0283", "-0.0121",
    "-0.0321", "-0.0067", "0.0075", "-0.0067", "0.0067", "-0.0067", "0.0075", "-0.0075", "0.0075",
    // Row B.
    "0", "1.5", "0.5", "0.8176", "0.1824", "0.5455", "0.1488", "0.1352", "0.0676", "0.1106",
    "0.1352", "0.0676", "-0.0202", "0.0676", "0.0676", "0.0676", "-0.0202", "-0.0202", "-0.0202",
    // Mean gradients and new parameters.
    "0.0304", "0.9696", "0.0372", "-1.0372", "0.0304", "-0.0304", "-0.0063", "0.5063", "-0.0139",
    "1.0139", "-0.0063", "0.0063", "0.0197", "1.9803", "0.0492", "-1.0492", "0.0516", "-0.0516",
];

fn type_number(quiz: &mut Quiz, text: &str) {
    for c in text.chars() {
        assert!(quiz.press(&KeyEvent::from(KeyCode::Char(c))), "{text}");
    }
    assert!(quiz.press(&KeyEvent::from(KeyCode::Enter)));
}

#[test]
fn the_numbers_by_hand_are_right() {
    let mut quiz = Quiz::default();
    assert!(quiz.is_waiting() && !quiz.is_asking());
    quiz.fill(Some(&trace()), &architecture(), START);
    for text in BY_HAND {
        let name = quiz.question().expect("a question").name.clone();
        type_number(&mut quiz, text);
        assert!(
            matches!(quiz.reply, Some(Reply::Right(..))),
            "{name}: {text}, {:?}",
            quiz.reply
        );
    }
    assert!(!quiz.is_asking(), "{:?}", quiz.question());
    assert_eq!(quiz.right, quiz.place().1);
}

#[test]
fn a_wrong_number_is_explained_and_an_empty_line_shows_it() {
    let mut quiz = Quiz::default();
    quiz.fill(Some(&trace()), &architecture(), START);
    type_number(&mut quiz, "3");
    assert_eq!(
        quiz.reply,
        Some(Reply::Wrong("3".into(), Mistake::WholePart, None))
    );
    type_number(&mut quiz, "-2");
    let numbers = Some("1·1 + (−1)·(−1) + 0".to_owned());
    assert_eq!(
        quiz.reply,
        Some(Reply::Wrong("−2".into(), Mistake::Sign, numbers))
    );
    assert_eq!(
        quiz.question().expect("the same").formula,
        "w1[1,1]·x[1] + w1[1,2]·x[2] + b1[1]"
    );
    type_number(&mut quiz, "");
    assert_eq!(quiz.reply, Some(Reply::Shown("z1[1]".into(), "2".into())));
    assert_eq!((quiz.right, quiz.place().0), (0, 2));
}

#[test]
fn what_is_written_down_badly_costs_no_try() {
    let mut quiz = Quiz::default();
    quiz.fill(Some(&trace()), &architecture(), START);
    for (typed, expected) in [
        ("1e999", Mistake::NotANumber),
        ("-1e400", Mistake::NotANumber),
        ("1.2.3", Mistake::NotANumber),
    ] {
        type_number(&mut quiz, typed);
        let is_expected =
            matches!(quiz.reply, Some(Reply::Wrong(_, found, None)) if found == expected);
        assert!(is_expected, "{typed}: {:?}", quiz.reply);
    }
    for typed in ["2", "-0.5"] {
        type_number(&mut quiz, typed);
    }
    type_number(&mut quiz, "0.88");
    assert_eq!(
        quiz.reply,
        Some(Reply::Wrong("0.88".into(), Mistake::FewDecimals, None))
    );
    type_number(&mut quiz, "0.8808");
    assert_eq!((quiz.right, quiz.place().0), (3, 4));
}

#[test]
fn the_field_ignores_blanks_and_takes_wide_digits() {
    let mut quiz = Quiz::default();
    quiz.fill(Some(&trace()), &architecture(), START);
    type_number(&mut quiz, " 2 ");
    assert!(matches!(quiz.reply, Some(Reply::Right(..))));
    type_number(&mut quiz, " －０。５　");
    assert!(matches!(quiz.reply, Some(Reply::Right(..))));
    for c in [' ', '　'] {
        assert!(quiz.press(&KeyEvent::from(KeyCode::Char(c))), "{c:?}");
    }
    assert!(!quiz.press(&KeyEvent::from(KeyCode::Char(':'))));
    assert!(
        !quiz.press(&KeyEvent::from(KeyCode::Esc)),
        "it ends at once"
    );
}

#[test]
fn every_sign_belongs_to_the_number() {
    for (typed, is_right) in [
        ("+2", true),
        ("2.0E+0", true),
        ("＋２", true),
        ("20e-1", true),
        ("4/2", false),
        ("(2)", false),
        ("=2", false),
        ("2_0", false),
        ("0x2", false),
        ("2 s", false),
        ("nan", false),
        ("inf", false),
    ] {
        let mut quiz = Quiz::default();
        quiz.fill(Some(&trace()), &architecture(), START);
        type_number(&mut quiz, typed);
        let reply = quiz.reply.expect("a reply");
        assert_eq!(matches!(reply, Reply::Right(..)), is_right, "{typed}");
        let is_no_number = matches!(reply, Reply::Wrong(_, Mistake::NotANumber, _));
        assert_eq!(is_no_number, !is_right, "{typed}");
    }
}

#[test]
fn the_number_of_questions_is_known_before_they_are_made() {
    let all = questions(&trace(), Loss::Quadratic, Output::Sigmoid);
    let of_rows = all.iter().filter(|question| question.row.is_some());
    assert_eq!(count(&architecture(), 2), of_rows.count() as u128);
    let (inputs, hidden, outputs) = (64, 64, 10);
    let sizes = vec![inputs, hidden, outputs];
    let large = Architecture::new(sizes, Activation::Relu, Output::Softmax, Loss::CrossEntropy);
    let quiz = Quiz::new(&large.expect("valid"), 32);
    assert!(quiz.is_too_large && !quiz.is_waiting());
    assert!(Quiz::new(&architecture(), 2).is_waiting());
}

#[test]
fn every_formula_gives_its_number() {
    let all = questions(&trace(), Loss::Quadratic, Output::Sigmoid);
    let mut checked = 0;
    for question in &all {
        let plain = question.numbers.replace('·', "*").replace('−', "-");
        let plain = plain.replace("½(", "0.5*(").replace(")²", ")^2");
        // Powers and functions are left to the test with the numbers by hand.
        let Ok(expression) = Expression::parse(&plain) else {
            assert!(
                plain.contains('^') || plain.starts_with("sigmoid("),
                "{plain}"
            );
            continue;
        };
        checked += 1;
        // The numbers in it are rounded.
        let value = expression.value(&|_| f64::NAN);
        assert!(
            (value - question.value).abs() < 3e-4,
            "{}: {plain} = {value}",
            question.name
        );
    }
    assert_eq!(checked, 56 - 8);
    let names: std::collections::HashSet<_> = all
        .iter()
        .map(|question| (question.row, question.name.clone()))
        .collect();
    assert_eq!(names.len(), all.len(), "every number is asked for once");
}

/// A network with large weights, whose outputs are saturated and whose gradients are large, and one of its rows.
fn steep_trace(activation: Activation, output: Output, loss: Loss) -> (Architecture, Trace) {
    let architecture = Architecture::new(vec![2, 2, 2], activation, output, loss).expect("valid");
    let mut parameters = Parameters::zeros(&architecture);
    parameters.layers[0].weights = ndarray::arr2(&[[1.234_56, -2.345_67], [0.456_78, 3.567_89]]);
    parameters.layers[1].weights = ndarray::arr2(&[[4.123_45, -2.345_67], [3.234_56, 2.987_65]]);
    parameters.layers[1].biases = ndarray::arr1(&[1.765_43, 1.876_54]);
    let network = crate::nn::textbook::Network::new(&architecture, &parameters);
    let forward = network.forward(&[1.571_88, 0.712_34]);
    let targets = vec![0.0, 1.0];
    let backward = network.backward(&forward, &targets);
    let sample = SampleId {
        set: crate::train::Set::Training,
        index: 0,
    };
    let row = RowTrace {
        sample,
        targets,
        forward,
        backward,
    };
    let trace = Trace {
        network,
        rows: vec![row],
        descent: Some(0.333_33),
    };
    (architecture, trace)
}

/// The number that a person computes with the operands of `question` as they are shown, to four decimals or three digits.
fn by_shown_numbers(question: &questions::Question, loss: Loss, slope: Activation) -> f64 {
    let of = |symbol: &str| {
        let mut known = question.operands.iter();
        let (_, number) = known.find(|(name, _)| name == symbol).expect(symbol);
        let text = shown(*number).replace('−', "-");
        text.parse::<f64>().expect("a number")
    };
    let formula = question.formula.split(", f′").next().unwrap_or_default();
    let row = formula.replace('−', "-");
    match question.name.as_str() {
        "C" if loss == Loss::CrossEntropy => -(1.0 - of("a2[1]")).ln() - of("a2[2]").ln(),
        "C" => 0.5 * (of("a2[1]").powi(2) + (of("a2[2]") - 1.0).powi(2)),
        name if name.starts_with('a') => slope.value(of(&name.replace('a', "z"))),
        _ => {
            // Symbols become their numbers, f′(z) the slope that follows from them.
            let mut text = row.replace('·', "*").replace(") f′", ")*f′");
            if let Some(at) = text.find("f′(") {
                let end = at + text[at..].find(')').expect("closed");
                let z = text[at + "f′(".len()..end].to_owned();
                let a = z.replace('z', "a");
                let value = slope.derivative(of(&z), of(&a));
                text.replace_range(at..=end, &format!("{value}"));
            }
            let mut symbols: Vec<&String> =
                question.operands.iter().map(|(name, _)| name).collect();
            symbols.sort_by_key(|name| std::cmp::Reverse(name.len()));
            for symbol in symbols {
                text = text.replace(symbol.as_str(), &format!("({})", of(symbol)));
            }
            let expression = Expression::parse(&text).expect(&text);
            expression.value(&|_| f64::NAN)
        }
    }
}

/// Who computes with the numbers that are shown is right, however steep the formula is at them.
#[test]
fn shown_numbers_lead_to_right_answers() {
    for (activation, output, loss) in [
        (Activation::Tanh, Output::Sigmoid, Loss::CrossEntropy),
        (Activation::Sigmoid, Output::Sigmoid, Loss::Quadratic),
        (Activation::Sigmoid, Output::Sigmoid, Loss::CrossEntropy),
    ] {
        let (architecture, trace) = steep_trace(activation, output, loss);
        let mut quiz = Quiz::default();
        quiz.fill(Some(&trace), &architecture, START);
        while let Some(question) = quiz.question().cloned() {
            let layer_2 = question.name.contains("2[");
            let function = if layer_2 {
                Activation::Sigmoid
            } else {
                activation
            };
            let number = by_shown_numbers(&question, loss, function);
            let typed = shown(number).replace('−', "-");
            type_number(&mut quiz, &typed);
            let is_right = matches!(quiz.reply, Some(Reply::Right(..)));
            assert!(is_right, "{question:?}: {typed}, {:?}", quiz.reply);
            // One digit further off than rounding explains is wrong all the same.
            assert!(question.spread < 0.05, "{question:?}");
        }
        assert_eq!(quiz.right, quiz.place().1);
    }
}

#[test]
fn a_network_without_numbers_has_no_quiz() {
    let mut quiz = Quiz::default();
    quiz.fill(None, &architecture(), START);
    assert!(quiz.is_too_large && !quiz.is_asking() && !quiz.is_waiting());
}

#[test]
fn formulas_show_the_numbers_in_them() {
    let all = questions(&trace(), Loss::Quadratic, Output::Sigmoid);
    let operands = |name: &str| {
        let question = all.iter().find(|question| question.name == name);
        let question = question.expect("a question");
        let symbols = question.operands.iter().map(|(symbol, _)| symbol.as_str());
        (question.formula.clone(), symbols.collect::<Vec<_>>())
    };
    assert_eq!(
        operands("z1[1]").1,
        ["w1[1,1]", "w1[1,2]", "b1[1]", "x[1]", "x[2]"]
    );
    let (formula, symbols) = operands("δ2[1]");
    assert_eq!(formula, "(a2[1] − y[1]) f′(z2[1]), f′ = a2[1] (1 − a2[1])");
    assert_eq!(symbols, ["y[1]", "z2[1]", "a2[1]"]);
    assert_eq!(operands("C").0, "½ Σ (a2[k] − y[k])²");
    assert_eq!(operands("C").1, ["y[1]", "a2[1]"]);
    assert_eq!(operands("new w1[1,1]").1, ["w1[1,1]", "η", "∂C̄/∂w1[1,1]"]);
}

#[test]
fn the_delta_of_a_softmax_has_all_outputs_in_it() {
    let all = questions(&trace(), Loss::Quadratic, Output::Softmax);
    let delta = all.iter().find(|question| question.name == "δ2[1]");
    let formula = &delta.expect("a question").formula;
    let expected = "a2[1] (a2[1] − y[1] − Σ a2[k] (a2[k] − y[k]))";
    assert!(formula.starts_with(expected), "{formula}");
}
