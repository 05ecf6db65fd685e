//! Pages and cursor of the inspector, with the numbers of real trainings.

use crate::support::decay;
use crate::support::screen::{self, Shown};
use crate::support::{dataset, images, plan, regression_plan, textbook_plan};
use nn_tui::data::Dataset;
use nn_tui::nn::{Activation, DropoutRate, Loss, Optimizer, Output, ParameterId};
use nn_tui::train::{Command, Cursor, Event, Plan, StepPhase, StepSize, Subject};
use nn_tui::tui::app::{Msg, View};
use nn_tui::tui::click;
use nn_tui::tui::panels::PanelId;
use nn_tui::tui::theme::{Depth, Theme};
use ratatui::layout::Rect;

fn drawn_with(shown: &Shown, theme: Theme) -> String {
    screen::drawn_with(&shown.model, theme)
}

fn drawn(shown: &Shown) -> String {
    screen::drawn(&shown.model)
}

/// Returns the whole page of the inspector, read from a tall screen.
fn page(shown: &mut Shown) -> String {
    let size = shown.model.navigation.size;
    shown.update(Msg::Resize(120, 70));
    shown.look();
    let screen = drawn(shown);
    shown.update(Msg::Resize(size.0, size.1));
    shown.look();
    let lines = screen.lines().filter_map(|line| {
        let page: String = line.trim_matches('"').chars().skip(65).collect();
        let page = page.strip_prefix('│')?;
        Some(page.trim_end_matches('│').trim_end().to_owned())
    });
    let page: Vec<String> = lines.collect();
    page.join("\n")
        .trim_end_matches(['\n', '│', ' '])
        .to_owned()
}

/// Returns the whole screen at 80 x 24.
fn small(shown: &mut Shown) -> String {
    let size = shown.model.navigation.size;
    shown.update(Msg::Resize(80, 24));
    shown.look();
    let screen = drawn(shown);
    shown.update(Msg::Resize(size.0, size.1));
    shown.look();
    screen
}

fn shown(data: &str, plan: Plan, epochs: u64, size: (u16, u16)) -> Shown {
    Shown::new(dataset(data), plan, size).train(epochs)
}

fn cursor(shown: &Shown) -> Cursor {
    shown
        .model
        .inspector
        .open
        .expect("it is open")
        .inspect
        .cursor
}

fn neuron(layer: usize, neuron: usize) -> Cursor {
    Cursor::Neuron { layer, neuron }
}

#[test]
fn a_hidden_neuron() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let mut shown = shown("iris", plan(&[8]), 4, size);
        shown.press("ijj");
        assert_eq!(cursor(&shown), neuron(1, 2));
        let name = format!("inspector-hidden-{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, drawn(&shown));
        shown.press("dddd");
        let name = format!("inspector-hidden-scrolled-{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, drawn(&shown));
    }
}

#[test]
fn every_activation() {
    for activation in Activation::ALL {
        let plan = Plan {
            activation,
            ..plan(&[5, 4])
        };
        let mut shown = shown("iris", plan, 2, (120, 36));
        shown.press("ij");
        insta::assert_snapshot!(format!("inspector-{activation}"), page(&mut shown));
        insta::assert_snapshot!(format!("inspector-{activation}-80x24"), small(&mut shown));
    }
}

#[test]
fn every_output_and_loss() {
    let of = |output, loss| Plan {
        output,
        loss,
        ..textbook_plan(&[4])
    };
    let mut plans = vec![("regression".to_owned(), regression_plan(&[4]), "sine")];
    for output in Output::ALL {
        for loss in Loss::ALL.into_iter().filter(|loss| loss.goes_with(output)) {
            plans.push((format!("{output}-{loss}"), of(output, loss), "iris"));
        }
    }
    for (name, plan, data) in plans {
        let mut shown = shown(data, plan, 3, (120, 36));
        shown.press("i→");
        insta::assert_snapshot!(format!("inspector-neuron-{name}"), page(&mut shown));
        insta::assert_snapshot!(format!("inspector-neuron-{name}-80x24"), small(&mut shown));
        shown.press("o");
        assert_eq!(cursor(&shown), Cursor::Output);
        insta::assert_snapshot!(format!("inspector-outputs-{name}"), page(&mut shown));
        insta::assert_snapshot!(format!("inspector-outputs-{name}-80x24"), small(&mut shown));
    }
}

#[test]
fn every_optimizer() {
    let mut plan = plan(&[4]);
    for &optimizer in Optimizer::ALL {
        plan.rule.optimizer = optimizer;
        plan.rule.weight_decay = decay(1e-3);
        let mut shown = shown("iris", plan.clone(), 3, (120, 36));
        shown.press("i\nj");
        let weight = ParameterId::Weight {
            layer: 1,
            output: 0,
            input: 1,
        };
        assert_eq!(cursor(&shown), Cursor::Parameter(weight));
        let name = format!("inspector-weight-{}", optimizer.name());
        insta::assert_snapshot!(format!("{name}-80x24"), small(&mut shown));
        insta::assert_snapshot!(name, page(&mut shown));
    }
}

#[test]
fn weights_biases_inputs_and_outputs() {
    for size in [(80, 24), (120, 36)] {
        let mut shown = shown("iris", plan(&[4]), 3, size);
        let at = |page: &str| format!("inspector-{page}-{}x{}", size.0, size.1);
        shown.press("i→\n");
        insta::assert_snapshot!(at("weight"), drawn(&shown));
        shown.press("jjjj");
        let bias = ParameterId::Bias {
            layer: 2,
            output: 0,
        };
        assert_eq!(cursor(&shown), Cursor::Parameter(bias));
        insta::assert_snapshot!(at("bias"), drawn(&shown));
        shown.press("\x1bo");
        insta::assert_snapshot!(at("outputs"), drawn(&shown));
        shown.press("\t");
        assert_eq!(cursor(&shown), neuron(0, 0));
        insta::assert_snapshot!(at("input"), drawn(&shown));
    }
}

#[test]
fn linear_layers_are_written_out_as_one() {
    let linear = Plan {
        activation: Activation::Linear,
        ..plan(&[4, 3])
    };
    let mut shown = shown("iris", linear, 3, (120, 36));
    shown.press("io");
    insta::assert_snapshot!("inspector-outputs-collapse", page(&mut shown));
}

#[test]
fn a_muted_neuron_says_why_its_weights_stay() {
    let mut shown = shown("iris", plan(&[4]), 3, (120, 36));
    shown.press(":mute a1[1]\n");
    // From the output to a weight of the muted neuron, then to the neuron's own.
    for (keys, expected) in [
        ("i→\n", "stays 0 until it is unmuted"),
        ("\x1b←\n", "no error comes back"),
    ] {
        shown.press(keys);
        let page = page(&mut shown);
        let words: Vec<&str> = page.split_whitespace().collect();
        assert!(words.join(" ").contains(expected), "{page}");
    }
}

#[test]
fn means_of_a_mini_batch() {
    let mut shown = shown("iris", textbook_plan(&[4]), 3, (120, 36));
    shown.press("ib");
    assert_eq!(
        shown.model.inspector.open.unwrap().inspect.of,
        Subject::Batch
    );
    insta::assert_snapshot!("inspector-batch-neuron", page(&mut shown));
    shown.press("\n");
    insta::assert_snapshot!("inspector-batch-weight", page(&mut shown));
    shown.press("o");
    insta::assert_snapshot!("inspector-batch-outputs", page(&mut shown));
}

#[test]
fn plain_terminals() {
    let mut shown = shown("iris", plan(&[4]), 3, (100, 40));
    shown.press("i");
    let none = Theme::new(Depth::None);
    insta::assert_snapshot!("inspector-no-colour", drawn_with(&shown, none));
    for (keys, page) in [("", "neuron"), ("\n", "weight"), ("o", "outputs")] {
        shown.press(keys);
        let screen = drawn_with(&shown, none.ascii());
        assert!(screen.is_ascii());
        assert!(
            !screen.contains('?') || screen.contains(" ?  help"),
            "{screen}"
        );
        insta::assert_snapshot!(format!("inspector-ascii-{page}"), screen);
    }
}

#[test]
fn pictures_and_many_inputs() {
    for size in [(80, 24), (120, 36)] {
        let at = |page: &str| format!("inspector-images-{page}-{}x{}", size.0, size.1);
        let mut shown = Shown::new(images(), plan(&[40]), size);
        shown.press("iJJJ");
        assert_eq!(cursor(&shown), neuron(1, 30));
        insta::assert_snapshot!(at("neuron"), drawn(&shown));
        shown.press("\n");
        insta::assert_snapshot!(at("weight"), drawn(&shown));
        // From the input that the weight comes from over the picture and out of it.
        shown.press("h");
        let Cursor::Neuron { layer: 0, .. } = cursor(&shown) else {
            panic!("{:?}", cursor(&shown));
        };
        shown.press("kkkkkkkkkhhhhhhhhhh");
        let columns = &shown.model.run.data.preprocessing.columns;
        let Cursor::Neuron { neuron, .. } = cursor(&shown) else {
            unreachable!()
        };
        let pixel = columns[neuron].column;
        assert!(pixel % 8 <= 2 && pixel / 8 <= 1, "{pixel}");
        insta::assert_snapshot!(at("input"), drawn(&shown));
        shown.press("llllllllll");
        assert!(matches!(
            cursor(&shown),
            Cursor::Output | Cursor::Neuron { layer: 1.., .. }
        ));
    }
}

#[test]
fn an_input_is_set_to_another_value() {
    let mut shown = shown("iris", plan(&[4]), 5, (120, 36));
    shown.press("io");
    shown.model.inspector.what_if = vec![(2, 1.5), (3, 1.2)];
    shown.update(Msg::Resize(120, 36));
    shown.look();
    insta::assert_snapshot!("inspector-what-if-outputs", drawn(&shown));
    shown.press("\t↓↓");
    assert_eq!(cursor(&shown), neuron(0, 2));
    insta::assert_snapshot!("inspector-what-if-input", drawn(&shown));
}

/// Steps through `count` phases.
fn walk(shown: &mut Shown, count: u32) {
    let step = Command::Step {
        size: StepSize::Phase,
        count,
    };
    shown.order(step, |event| matches!(event, Event::StepPosition(_)));
    shown.look();
}

#[test]
fn phases_light_the_network_up() {
    for size in [(80, 24), (120, 36)] {
        let mut shown = shown("iris", plan(&[4]), 2, size);
        match size.0 {
            80 => shown.press("\t"),
            _ => shown.press("i"),
        }
        for phase in ["forward-1", "forward-2", "loss", "backward-2", "backward-1"] {
            walk(&mut shown, 1);
            let name = format!("walk-{phase}-{}x{}", size.0, size.1);
            insta::assert_snapshot!(name, drawn(&shown));
        }
        // The other nine rows of the mini-batch, and the update.
        walk(&mut shown, 9 * 5 + 1);
        let position = shown.model.inspector.step.expect("it goes on");
        assert_eq!(position.done, Some(StepPhase::Update));
        let name = format!("walk-update-{}x{}", size.0, size.1);
        insta::assert_snapshot!(name, drawn(&shown));
    }
}

/// Banner and inspector show which neurons the step leaves out, and the header that there is dropout.
#[test]
fn phases_show_dropout() {
    let mut dropping = plan(&[6]);
    dropping.regularisation.dropout = DropoutRate::new(0.5).expect("in range");
    dropping.schedule.warm_up = 8;
    for size in [(80, 24), (200, 60)] {
        let mut shown = shown("iris", dropping.clone(), 2, size);
        shown.press("i");
        walk(&mut shown, 1);
        let text = drawn(&shown);
        assert!(text.contains("dropout: a¹₁ × "), "{text}");
        assert!(text.contains(" dropped out · p: "), "{text}");
        assert!(text.contains("dropout 0.5") || size.0 == 80, "{text}");
    }
}

#[test]
fn numbers_of_later_phases_are_hidden() {
    let mut shown = shown("iris", plan(&[4]), 2, (120, 36));
    shown.press("i");
    let told = page(&mut shown);
    walk(&mut shown, 1);
    let after_forward = page(&mut shown);
    let numbers = |page: &str| page.chars().filter(char::is_ascii_digit).count();
    assert!(numbers(&after_forward) < numbers(&told));
    assert!(after_forward.contains("δ¹₁ = f′(z¹₁)"), "the formulas stay");
    walk(&mut shown, 4);
    assert_eq!(
        shown.model.inspector.step.unwrap().done,
        Some(StepPhase::Backward { layer: 1 })
    );
    assert!(!page(&mut shown).contains(" ·      "), "all is known");
}

#[test]
fn the_inspector_opens_from_any_view_and_closes() {
    let mut shown = shown("iris", plan(&[8, 3]), 0, (120, 36));
    shown.press("\t\t\ti");
    assert_eq!(shown.model.navigation.view, View::Network);
    assert_eq!(shown.model.navigation.focus, PanelId::Inspector);
    assert_eq!(cursor(&shown), neuron(2, 0));
    shown.press("k\t\t\t");
    assert_eq!(
        cursor(&shown),
        neuron(0, 0),
        "behind the loss come the inputs"
    );
    shown.press("jj→");
    assert_eq!(cursor(&shown), neuron(1, 5));
    shown.press("←");
    assert_eq!(cursor(&shown), neuron(0, 2), "a way there leads back");
    shown.press("o");
    assert_eq!(cursor(&shown), Cursor::Output);
    shown.press("o");
    assert_eq!(cursor(&shown), neuron(0, 2));
    shown.press("\x1b");
    assert!(shown.model.inspector.open.is_none());
    assert!(!shown.model.navigation.shows(PanelId::Inspector));
    shown.press("i");
    assert_eq!(cursor(&shown), neuron(0, 2), "it remembers");
    shown.press("i");
    assert!(shown.model.inspector.open.is_none());
}

#[test]
fn a_click_moves_the_cursor() {
    let mut shown = shown("iris", plan(&[8]), 0, (120, 36));
    shown.press("i");
    let area = Rect::new(0, 0, 120, 36);
    let mut found = std::collections::HashSet::new();
    for y in 0..36 {
        for x in 0..120 {
            if let Some(Msg::Point(cursor)) = click(&shown.model, area, x, y) {
                found.insert(cursor);
            }
        }
    }
    assert_eq!(found.len(), 4 + 8 + 3, "{found:?}");
    shown.update(Msg::Point(neuron(2, 1)));
    assert_eq!(cursor(&shown), neuron(2, 1));
}

#[test]
fn every_neuron_of_a_large_layer_can_be_seen() {
    let wide: Dataset = dataset("digits");
    let mut shown = Shown::new(wide, plan(&[200]), (80, 24));
    shown.press("i");
    for at in [0, 1, 57, 123, 199] {
        shown.model.inspect_at(neuron(1, at));
        shown.update(Msg::Resize(80, 24));
        shown.look();
        let screen = drawn(&shown);
        assert!(screen.contains(&format!("]{}", at + 1)), "{at} in {screen}");
    }
}

#[test]
fn the_cursor_stays_in_a_changed_network() {
    let mut shown = shown("iris", plan(&[8, 8]), 0, (120, 36));
    shown.press("i");
    shown
        .model
        .inspect_at(Cursor::Parameter(ParameterId::Weight {
            layer: 3,
            output: 2,
            input: 7,
        }));
    shown.model.inspect_at(Cursor::Parameter(ParameterId::Bias {
        layer: 9,
        output: 99,
    }));
    assert!(matches!(cursor(&shown), Cursor::Neuron { layer: 3, .. }));
}

#[test]
fn both_directions_are_seen_at_once_on_a_wide_screen() {
    let mut shown = shown("iris", plan(&[16, 16]), 4, (160, 45));
    shown.press("i");
    assert_eq!(cursor(&shown), neuron(2, 0));
    let screen = drawn(&shown);
    let both = screen
        .lines()
        .any(|line| line.contains(" z²₁ = ") && line.contains(" Backward: "));
    assert!(both, "{screen}");
    assert!(!screen.contains(" more ─"), "nothing is below: {screen}");
    insta::assert_snapshot!("inspector-columns-160x45", screen);
}
