//! One table for the keys: the handler, the footer, the help popup and the README read it.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::inspector::Move;
use crate::train::StepSize;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Stop training and wait.
    Pause,
    /// Train on.
    Resume,
    /// As many steps of a size as were counted, then wait.
    Step(StepSize),
    /// A phase of the walk back.
    StepBack,
    /// A digit of the count of steps.
    Count(u8),
    /// Scores on all rows now.
    Evaluate,
    /// Next learning rate on the 1-2-5 ladder.
    RaiseLearningRate,
    /// The one before.
    LowerLearningRate,
    /// Type a learning rate.
    TypeLearningRate,
    /// After a divergence: last good weights, a tenth of the learning rate.
    Recover,
    /// Slower pace.
    Slower,
    /// Faster pace.
    Faster,
    /// Full speed and back.
    FullSpeed,
    /// Start again with the same seed.
    Reset,
    /// Start again with the next seed.
    ResetNewSeed,
    /// Write the model.
    Save,
    /// Show the row before.
    PreviousSample,
    /// Show the row after.
    NextSample,
    /// Training rows or validation rows.
    SwitchSet,
    /// All rows, or the worst predicted ones.
    ToggleWorst,
    /// Type a command.
    TypeCommand,
    /// What can be changed, as a menu.
    Menu,
    /// Back-propagation against differences.
    CheckGradients,
    /// Type the value under the inspector's cursor.
    TypeValue,
    /// Move the value under the cursor up (or down) a little.
    Nudge(bool),
    /// Let the parameter under the cursor keep its value, or learn again.
    Freeze,
    /// Silence the neuron under the cursor, or let it speak.
    Silence,
    /// Sliders over the inputs of the shown row.
    Sliders,
    /// Take back the last change.
    Undo,
    /// Focus the panel in this direction.
    Focus(Direction),
    /// The focused panel fills the screen.
    Enlarge,
    /// Show in the network what the cursor is on.
    Choose,
    /// Back to all panels, or to where the shown rows were chosen.
    Back,
    /// Next view.
    NextView,
    /// The view before.
    PreviousView,
    /// Loss or accuracy in the chart.
    ToggleAccuracy,
    /// Logarithmic loss axis.
    ToggleLog,
    /// The rows of the table fill the screen.
    Browse,
    /// The first layer's weights as pictures, or histograms.
    TogglePictures,
    /// Next amount of smoothing.
    Smooth,
    /// Scroll the focused panel.
    Scroll(i16),
    /// Open or close the inspector.
    Inspect,
    /// Move the inspector's cursor.
    MoveCursor(Move),
    /// The shown row's numbers in the inspector, or the means of the mini-batch.
    SwitchOf,
    /// The help popup.
    Help,
    /// Leave; asks where work would be lost.
    Quit,
    /// Leave at once.
    QuitNow,
    /// To the shell, `fg` comes back.
    Suspend,
}

/// A direction on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Direction {
    Left,
    Down,
    Up,
    Right,
}

/// When a binding holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// While training.
    Training,
    /// While waiting: paused or finished.
    Waiting,
    /// While waiting in the middle of a walk through a mini-batch.
    Walking,
    /// While waiting, but in no walk.
    Resting,
    /// While waiting with the inspector open.
    Editing,
    /// After a divergence.
    Diverged,
    /// After a panic of the training code.
    Failed,
    /// While the inspector is closed.
    Browsing,
    /// While the inspector is open.
    Inspecting,
    /// While a panel fills the screen in which there is nothing to choose.
    Enlarged,
    /// While one does in which there is.
    Choosing,
    /// While none does, and the inspector is closed.
    Overview,
    /// While there is something to go back from.
    Away,
}

/// Heading under which the help lists a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Group {
    Training,
    Changing,
    Looking,
    Inspector,
    Program,
}

impl Group {
    /// All groups in the help's order.
    pub const ALL: [Self; 5] = [
        Self::Training,
        Self::Changing,
        Self::Looking,
        Self::Inspector,
        Self::Program,
    ];

    /// Heading in the help.
    pub fn title(self) -> &'static str {
        match self {
            Self::Training => "Training",
            Self::Changing => "Changing",
            Self::Looking => "Looking",
            Self::Inspector => "Inspector",
            Self::Program => "Program",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// Keys that trigger it.
    pub keys: &'static [(KeyCode, KeyModifiers)],
    /// How the keys are shown.
    pub shown: &'static str,
    /// What it does.
    pub action: Action,
    /// When it holds.
    pub when: When,
    /// Where the help lists it.
    pub group: Group,
    /// A word or two for the footer; empty where it is not shown there.
    pub label: &'static str,
    /// What the help says; empty where another row says it.
    pub help: &'static str,
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

const fn key(c: char) -> (KeyCode, KeyModifiers) {
    (KeyCode::Char(c), NONE)
}

/// Two rows of a ladder are shown as one key pair in footer and help, so the second is silent.
const SILENT: &str = "";

macro_rules! bindings {
    ($($group:ident $when:ident [$($key:expr),+] $shown:literal $action:expr, $label:expr, $help:expr;)+) => {
        &[$(Binding {
            keys: &[$($key),+],
            shown: $shown,
            action: $action,
            when: When::$when,
            group: Group::$group,
            label: $label,
            help: $help,
        }),+]
    };
}

/// Every key of the program, in the order of the footer and the help. A key may stand more than
/// once where the rows can't hold at the same time.
pub const BINDINGS: &[Binding] = bindings! {
    Training Training [key(' ')] "space" Action::Pause, "pause", "pause and go on";
    Training Waiting [key(' ')] "space" Action::Resume, "train", SILENT;
    Training Walking [key('p')] "p" Action::Step(StepSize::Phase), "phase",
        "a phase: a layer forward, the loss, a layer backward, the update";
    Training Walking [key('n')] "n" Action::Step(StepSize::Sample), "next row", "to the end of a row of the mini-batch (while paused)";
    Training Resting [key('p')] "p" Action::Step(StepSize::Phase), SILENT, SILENT;
    Training Resting [key('n')] "n" Action::Step(StepSize::Sample), SILENT, SILENT;
    Training Training [key('s')] "s" Action::Step(StepSize::Batch), "step", "train on one mini-batch, then pause";
    Training Training [key('S')] "S" Action::Step(StepSize::Epoch), "epoch", "train to the end of the epoch, then pause";
    Training Waiting [key('s')] "s" Action::Step(StepSize::Batch), "step", SILENT;
    Training Waiting [key('S')] "S" Action::Step(StepSize::Epoch), "epoch", SILENT;
    Training Waiting [(KeyCode::Backspace, NONE)] "backspace" Action::StepBack, SILENT, "a phase back";
    Training Always [key('1')] "1-9" Action::Count(1), SILENT, "a count before p n s S: 12p is twelve phases";
    Training Always [key('0')] "1-9" Action::Count(0), SILENT, SILENT;
    Training Always [key('2')] "1-9" Action::Count(2), SILENT, SILENT;
    Training Always [key('3')] "1-9" Action::Count(3), SILENT, SILENT;
    Training Always [key('4')] "1-9" Action::Count(4), SILENT, SILENT;
    Training Always [key('5')] "1-9" Action::Count(5), SILENT, SILENT;
    Training Always [key('6')] "1-9" Action::Count(6), SILENT, SILENT;
    Training Always [key('7')] "1-9" Action::Count(7), SILENT, SILENT;
    Training Always [key('8')] "1-9" Action::Count(8), SILENT, SILENT;
    Training Always [key('9')] "1-9" Action::Count(9), SILENT, SILENT;
    Training Always [key('+'), key('=')] "+ −" Action::RaiseLearningRate, "lr",
        "learning rate up and down: 1, 2, 5, 10 ...";
    Training Always [key('-'), key('_')] "−" Action::LowerLearningRate, SILENT, SILENT;
    Training Browsing [key('l')] "l" Action::TypeLearningRate, SILENT, "type a learning rate";
    Training Always [key('<'), key(',')] "< >" Action::Slower, "pace", "slower and faster pace";
    Training Always [key('>'), key('.')] ">" Action::Faster, SILENT, SILENT;
    Training Always [key('f')] "f" Action::FullSpeed, SILENT, "full speed, and back to the pace before";
    Training Waiting [key('e')] "e" Action::Evaluate, SILENT, "measure loss and accuracy on all rows now (while paused)";
    Training Training [key('r')] "r" Action::Reset, SILENT, "start again with the same seed";
    Training Waiting [key('r')] "r" Action::Reset, SILENT, SILENT;
    Training Diverged [key('r')] "r" Action::Reset, "start again", SILENT;
    Training Failed [key('r')] "r" Action::Reset, "start again", SILENT;
    Training Always [key('R')] "R" Action::ResetNewSeed, SILENT, "start again with the next seed";
    Training Diverged [key('t')] "t" Action::Recover, "lr ÷ 10",
        "after a divergence: last good weights, learning rate ÷ 10";
    Changing Always [key(':')] ":" Action::TypeCommand, "command", "type a command: :help lists them";
    Changing Always [key('c')] "c" Action::Menu, SILENT, "a menu of layers, activation, loss, optimizer, ...";
    Changing Always [key('g')] "g" Action::CheckGradients, SILENT, "check gradients against differences";
    Changing Always [key('z')] "z" Action::Undo, SILENT, "take back the last change";
    Changing Editing [key('E')] "E" Action::TypeValue, SILENT, "inspector, paused: type the value under the cursor";
    Changing Editing [key('(')] "( )" Action::Nudge(false), SILENT, "inspector, paused: a little less or more";
    Changing Editing [key(')')] ")" Action::Nudge(true), SILENT, SILENT;
    Changing Editing [key('F')] "F" Action::Freeze, SILENT, "inspector, paused: it keeps its value, or learns again";
    Changing Editing [key('X')] "X" Action::Silence, SILENT, "inspector, paused: silence the neuron, or let it speak";
    Changing Editing [key('I')] "I" Action::Sliders, SILENT, "inspector, paused: sliders for the row's inputs";
    Program Always [key('w')] "w" Action::Save, "save", "save the model (.json, .onnx, .py ...)";
    Looking Always [key('['), (KeyCode::PageUp, NONE)] "[ ]" Action::PreviousSample, "row",
        "show the previous or next row in the network";
    Looking Always [key(']'), (KeyCode::PageDown, NONE)] "]" Action::NextSample, SILENT, SILENT;
    Looking Always [key('v')] "v" Action::SwitchSet, SILENT, "rows from validation or from training";
    Looking Always [key('x')] "x" Action::ToggleWorst, SILENT, "go through the wrong rows, worst first, and back to all";
    Looking Browsing [(KeyCode::Tab, NONE)] "tab" Action::NextView, "view", "next view: overview, network, curves, weights, data";
    Looking Browsing [(KeyCode::BackTab, KeyModifiers::SHIFT), (KeyCode::BackTab, NONE)] "shift-tab" Action::PreviousView, SILENT, SILENT;
    Looking Browsing [(KeyCode::Left, NONE), key('h')] "← ↓ ↑ →" Action::Focus(Direction::Left), SILENT,
        "move among the panels, or inside a full one (also h j k)";
    Looking Browsing [(KeyCode::Down, NONE), key('j')] "↓" Action::Focus(Direction::Down), SILENT, SILENT;
    Looking Browsing [(KeyCode::Up, NONE), key('k')] "↑" Action::Focus(Direction::Up), SILENT, SILENT;
    Looking Browsing [(KeyCode::Right, NONE)] "→" Action::Focus(Direction::Right), SILENT, SILENT;
    Looking Overview [(KeyCode::Enter, NONE)] "enter" Action::Enlarge, SILENT, "the framed panel fills the screen; esc goes back";
    Looking Enlarged [(KeyCode::Enter, NONE)] "enter" Action::Back, SILENT, SILENT;
    Looking Away [(KeyCode::Esc, NONE)] "esc" Action::Back, "back", SILENT;
    Looking Always [key('a')] "a" Action::ToggleAccuracy, SILENT, "loss or accuracy in the chart";
    Looking Always [key('y')] "y" Action::ToggleLog, SILENT, "logarithmic loss axis";
    Looking Always [key('m')] "m" Action::Smooth, SILENT, "smooth the curves: off, light, strong";
    Looking Always [key('d')] "d u" Action::Scroll(3), SILENT, "scroll the framed panel (also the mouse wheel)";
    Looking Always [key('u')] "u" Action::Scroll(-3), SILENT, SILENT;
    Looking Always [key('P')] "P" Action::TogglePictures, SILENT, "weights of images: pictures or histograms, in a view of their own";
    Looking Always [key('B')] "B" Action::Browse, SILENT, "browse the rows of the table, and back; x and v choose which";
    Looking Choosing [(KeyCode::Enter, NONE)] "enter" Action::Choose, "show", "in a full confusion matrix or list of rows: show in the network";
    Inspector Always [key('i')] "i" Action::Inspect, "inspect",
        "the inspector: every formula with a row's numbers; again closes";
    Inspector Inspecting [(KeyCode::Left, NONE), key('h')] "← ↓ ↑ →" Action::MoveCursor(Move::One(Direction::Left)), SILENT,
        "move the cursor (also h j k l, J K by ten, a click)";
    Inspector Inspecting [(KeyCode::Down, NONE), key('j')] "↓" Action::MoveCursor(Move::One(Direction::Down)), SILENT, SILENT;
    Inspector Inspecting [(KeyCode::Up, NONE), key('k')] "↑" Action::MoveCursor(Move::One(Direction::Up)), SILENT, SILENT;
    Inspector Inspecting [(KeyCode::Right, NONE), key('l')] "→" Action::MoveCursor(Move::One(Direction::Right)), SILENT, SILENT;
    Inspector Inspecting [(KeyCode::Down, SHIFT), key('J')] "J" Action::MoveCursor(Move::Ten(Direction::Down)), SILENT, SILENT;
    Inspector Inspecting [(KeyCode::Up, SHIFT), key('K')] "K" Action::MoveCursor(Move::Ten(Direction::Up)), SILENT, SILENT;
    Inspector Inspecting [(KeyCode::Tab, NONE)] "tab" Action::MoveCursor(Move::NextLayer), "layer", "next layer; shift-tab goes to the one before";
    Inspector Inspecting [(KeyCode::BackTab, SHIFT), (KeyCode::BackTab, NONE)] "shift-tab" Action::MoveCursor(Move::PreviousLayer), SILENT, SILENT;
    Inspector Inspecting [(KeyCode::Enter, NONE)] "enter" Action::MoveCursor(Move::Into), "weights", "from a neuron to its weights and bias, which ↑ and ↓ go through";
    Inspector Inspecting [(KeyCode::Esc, NONE)] "esc" Action::MoveCursor(Move::Out), SILENT, "back to the neuron; from there the inspector closes";
    Inspector Inspecting [key('o')] "o" Action::MoveCursor(Move::Output), "loss", "the outputs and the loss, and back";
    Inspector Inspecting [key('b')] "b" Action::SwitchOf, "row/batch", "numbers of the row, or means of the next mini-batch";
    Program Always [key('?'), (KeyCode::F(1), NONE)] "?" Action::Help, "help", "this help";
    Program Always [(KeyCode::Char('z'), CTRL)] "ctrl-z" Action::Suspend, SILENT, "to the shell; fg comes back";
    Program Always [key('q')] "q" Action::Quit, "quit", "quit; ctrl-c quits without asking";
    Program Always [(KeyCode::Char('c'), CTRL)] "ctrl-c" Action::QuitNow, SILENT, SILENT;
};

/// The binding of `key` among those that hold, as `holds` says.
pub fn find(key: &KeyEvent, holds: impl Fn(When) -> bool) -> Option<&'static Binding> {
    // Terminals report shift with some characters and not with others; the character says it all.
    let modifiers = match key.code {
        KeyCode::Char(_) => key.modifiers - KeyModifiers::SHIFT,
        _ => key.modifiers,
    };
    BINDINGS
        .iter()
        .find(|binding| binding.keys.contains(&(key.code, modifiers)) && holds(binding.when))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can_hold_together(a: When, b: When) -> bool {
        let phase = [When::Training, When::Waiting, When::Diverged, When::Failed];
        let size = [When::Enlarged, When::Choosing, When::Overview];
        let walk = [When::Walking, When::Resting];
        let inspector = [When::Inspecting, When::Browsing];
        let closed = [When::Enlarged, When::Choosing, When::Overview, When::Away];
        let waiting = |when| match when {
            When::Walking | When::Resting | When::Editing => When::Waiting,
            when => when,
        };
        // Changes by hand are made with the inspector open.
        let open = |when| match when {
            When::Editing => When::Inspecting,
            when => when,
        };
        let different = |group: &[When], a, b| group.contains(&a) && group.contains(&b) && a != b;
        a == b
            || !(different(&phase, waiting(a), waiting(b))
                || different(&walk, a, b)
                || different(&size, a, b)
                || different(&inspector, open(a), open(b))
                || open(a) == When::Inspecting && closed.contains(&b)
                || open(b) == When::Inspecting && closed.contains(&a))
    }

    #[test]
    fn no_key_has_two_meanings_at_a_time() {
        for (i, a) in BINDINGS.iter().enumerate() {
            for b in &BINDINGS[i + 1..] {
                let shared = a.keys.iter().find(|key| b.keys.contains(key));
                assert!(
                    shared.is_none() || !can_hold_together(a.when, b.when),
                    "{shared:?} is both {:?} and {:?}",
                    a.action,
                    b.action
                );
            }
        }
    }

    #[test]
    fn every_action_is_explained() {
        for binding in BINDINGS {
            let explained = BINDINGS.iter().any(|other| {
                !other.help.is_empty()
                    && (other.action == binding.action
                        || other.shown.contains(binding.shown)
                        || other.help.contains(binding.shown))
            });
            assert!(
                explained || binding.shown == "shift-tab",
                "{:?} is nowhere in the help",
                binding.action
            );
        }
    }

    #[test]
    fn shift_does_not_hide_a_character() {
        let key = KeyEvent::new(KeyCode::Char('S'), KeyModifiers::SHIFT);
        assert_eq!(
            find(&key, |_| true).unwrap().action,
            Action::Step(StepSize::Epoch)
        );
        let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(find(&key, |_| true).unwrap().action, Action::QuitNow);
        let key = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::ALT);
        assert!(find(&key, |_| true).is_none());
    }
}
