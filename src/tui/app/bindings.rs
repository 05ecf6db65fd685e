//! One table of keys: the handler, the footer, the help popup and the README read it.

use std::borrow::Cow;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::actions::{Action, act};
use super::help::{Help, HelpPage};
use super::inspector::Move;
use super::messages::Effect;
use super::model::{Model, Overlay};
use super::rewind::Way;
use super::views::View;
use crate::settings::{Direction as Step, LEARNING_RATE, PACE};
use crate::train::{Command, StepSize, Weights};
use crate::tui::keymap::KeyMap;
use crate::tui::panels::PanelId;
use crate::util::lang::catalogue::{id_of, translated};

/// A direction on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreenDirection {
    Left,
    Down,
    Up,
    Right,
}

/// Condition under which a binding holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Always,
    Training,
    /// While waiting: paused or finished.
    Waiting,
    /// While waiting with the present on the screen.
    Present,
    /// While an earlier moment is shown.
    Past,
    /// While an earlier moment is shown, and there is nothing else to go back from.
    PastOnly,
    /// While a replay leads to an earlier moment.
    Replaying,
    /// While waiting inside a mini-batch that is stepped through.
    Stepping,
    /// While waiting between mini-batches.
    BetweenBatches,
    /// While waiting with the inspector open.
    Editing,
    Diverged,
    /// After a divergence, or while the loss explodes.
    Unstable,
    Failed,
    Browsing,
    Inspecting,
    /// With the inspector open, unless a replay is in progress.
    InspectingOnly,
    /// While a panel fills the screen in which there is nothing to choose.
    Enlarged,
    /// While a panel fills the screen in which there is something to choose.
    Choosing,
    /// While browsing, unless a chart or the scores fill the screen.
    Moving,
    /// While the hidden space is on the screen.
    Layering,
    /// While a chart fills the screen.
    Charting,
    /// While a chart with a crosshair fills the screen.
    Pointing,
    /// While the scores of two classes fill the screen.
    Scoring,
    /// While the health of the layers has the focus.
    Diagnosing,
    /// While the runs of a race have the focus.
    Racing,
    /// While neither a chart nor the scores of two classes fill the screen.
    NoChartOrScores,
    /// While several panels are on the screen, the inspector is closed, and neither findings nor a race have the focus.
    Overview,
    /// While there is something to go back from, and no replay in progress.
    CanGoBack,
}

/// Context under which the help lists a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Training,
    Settings,
    Program,
    View,
    Rewinding,
    Chart,
    Scores,
    Health,
    Race,
    Pictures,
    Rows,
    Inspector,
    Editing,
    Lesson,
}

impl Group {
    /// All groups in the order of the help.
    pub const ALL: [Self; 14] = [
        Self::Training,
        Self::Settings,
        Self::Program,
        Self::View,
        Self::Rewinding,
        Self::Chart,
        Self::Scores,
        Self::Health,
        Self::Race,
        Self::Pictures,
        Self::Rows,
        Self::Inspector,
        Self::Editing,
        Self::Lesson,
    ];

    /// Heading in the language of the screen.
    pub fn title(self) -> Cow<'static, str> {
        let english = self.english_title();
        translated(&id_of("group", english), english)
    }

    pub(in crate::tui) fn english_title(self) -> &'static str {
        match self {
            Self::Training => "Training",
            Self::Settings => "Settings",
            Self::Program => "Program",
            Self::View => "View",
            Self::Rewinding => "Earlier moments",
            Self::Chart => "Chart, maximised",
            Self::Scores => "Scores of two classes",
            Self::Health => "Health",
            Self::Race => "Race",
            Self::Pictures => "Regions and hidden space",
            Self::Rows => "Rows and confusion matrix, maximised",
            Self::Inspector => "Inspector",
            Self::Editing => "Inspector, paused",
            Self::Lesson => "Lesson",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    pub keys: &'static [(KeyCode, KeyModifiers)],
    /// Keys as the footer and the help show them.
    pub shown: &'static str,
    pub run: Action,
    pub when: When,
    pub group: Group,
    /// A word or two for the footer, in English; empty where it is not shown there.
    pub label: &'static str,
    /// Help text in English; empty if another row has it.
    pub help: &'static str,
}

impl Binding {
    /// Names of the keys in the language of the screen, separated by spaces.
    pub fn shown_keys(&self) -> String {
        KeyMap::default().shown(self.shown)
    }

    /// The label in the language of the screen.
    pub fn shown_label(&self) -> Cow<'static, str> {
        translated(&id_of("label", self.label), self.label)
    }

    /// The help in the language of the screen.
    pub fn shown_help(&self) -> Cow<'static, str> {
        translated(&id_of("help", self.help), self.help)
    }
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
const ALT: KeyModifiers = KeyModifiers::ALT;

const fn key(c: char) -> (KeyCode, KeyModifiers) {
    (KeyCode::Char(c), NONE)
}

const fn alt(c: char) -> (KeyCode, KeyModifiers) {
    (KeyCode::Char(c), ALT)
}

/// Text of a row that another row explains.
const SILENT: &str = "";

macro_rules! bindings {
    ($($group:ident $when:ident [$($key:expr),*] $shown:literal $label:expr, $help:expr, $run:expr;)+) => {
        &[$(Binding {
            keys: &[$($key),*],
            shown: $shown,
            run: $run,
            when: When::$when,
            group: Group::$group,
            label: $label,
            help: $help,
        }),+]
    };
}

/// Every key of the program, in the order of the footer and the help. A key may occur more than
/// once where the rows can't hold at the same time.
pub const BINDINGS: &[Binding] = bindings! {
    Training Training [key(' ')] "space" "pause", "pause / resume", Model::pause;
    Training Present [key(' ')] "space" "train", SILENT, Model::resume;
    Rewinding Replaying [(KeyCode::Esc, NONE)] "esc" "stop here", SILENT, act!(|model| model.stop_replay());
    Rewinding PastOnly [(KeyCode::Esc, NONE)] "esc" "present", SILENT, Model::show_present;
    Rewinding Past [key(' ')] "space" "go on", "go on from there as a branch (also s, S, p or a change); z: back to the run before it",
        Model::resume;
    Training Stepping [key('p')] "p" "phase", "next phase: forward one layer, loss, backward one layer, update",
        |model| model.step_counted(StepSize::Phase);
    Training Stepping [key('n')] "n" "next row", "finish this row of the mini-batch (paused)",
        |model| model.step_counted(StepSize::Sample);
    Training BetweenBatches [key('p')] "p" SILENT, SILENT, |model| model.step_counted(StepSize::Phase);
    Training BetweenBatches [key('n')] "n" SILENT, SILENT, |model| model.step_counted(StepSize::Sample);
    Training Training [key('s')] "s" "step", "one mini-batch, then pause",
        |model| model.step_counted(StepSize::Batch);
    Training Training [key('S')] "S" "epoch", "to the end of the epoch, then pause",
        |model| model.step_counted(StepSize::Epoch);
    Training Waiting [key('s')] "s" "step", SILENT, |model| model.step_counted(StepSize::Batch);
    Training Waiting [key('S')] "S" "epoch", SILENT, |model| model.step_counted(StepSize::Epoch);
    Training Waiting [(KeyCode::Backspace, NONE)] "backspace" SILENT, "previous phase", Model::step_back;
    // The digits themselves are keys of the repeat count.
    Training Always [] "1-9" SILENT, "repeat count before p n s S, e.g. 12p", |_| Ok(());
    Settings NoChartOrScores [key('+'), key('=')] "+ −" "lr", "learning rate up / down (1, 2, 5, 10 …)",
        |model| model.step_setting(&LEARNING_RATE, Step::Up);
    Settings NoChartOrScores [key('-'), key('_')] "−" SILENT, SILENT,
        |model| model.step_setting(&LEARNING_RATE, Step::Down);
    Settings Browsing [key('l')] "l" SILENT, "type a learning rate", act!(|model| model.open_rate_prompt());
    Settings Always [key('<'), key(',')] "< >" "pace", "speed limit down / up",
        |model| model.step_setting(&PACE, Step::Down);
    Settings Always [key('>'), key('.')] ">" SILENT, SILENT,
        |model| model.step_setting(&PACE, Step::Up);
    Settings Always [key('f')] "f" SILENT, "toggle full speed", Model::toggle_full_speed;
    Training Waiting [key('e')] "e" SILENT, "evaluate on all rows now (paused)", act!(|model| model.send(Command::Evaluate(Weights::Last)));
    Training Training [key('r')] "r" SILENT, "restart (same seed)", act!(|model| model.restart_with_seed(0));
    Training Waiting [key('r')] "r" SILENT, SILENT, act!(|model| model.restart_with_seed(0));
    Training Diverged [key('r')] "r" "restart", SILENT, act!(|model| model.restart_with_seed(0));
    Training Failed [key('r')] "r" "restart", SILENT, act!(|model| model.restart_with_seed(0));
    Training Always [key('R')] "R" SILENT, "restart (next seed)", act!(|model| model.restart_with_seed(1));
    Training Unstable [key('t')] "t" "lr ÷ 10", "after divergence, or while the loss explodes: restore last good weights, lr ÷ 10",
        act!(|model| model.recover());
    Settings Always [key(':')] ":" "command", "type a command (:help lists them)", act!(|model| model.open_command_line());
    Settings Always [key('c')] "c" SILENT, "settings menu: layers, activation, loss, optimizer, …", act!(|model| model.open_menu());
    Settings Always [key('z')] "z" SILENT, "undo", Model::undo;
    Training Always [key('g')] "g" SILENT, "check gradients (finite differences)", Model::check_gradients;
    Training Always [key('L')] "L" SILENT, "find a learning rate: the loss while it rises from step to step, on a copy", Model::find_rate;
    Editing Editing [key('E')] "E" SILENT, "type the value under the cursor", Model::open_value_prompt;
    Editing Editing [key('(')] "( )" SILENT, "nudge the value down / up", |model| model.nudge(false);
    Editing Editing [key(')')] ")" SILENT, SILENT, |model| model.nudge(true);
    Editing Editing [key('F')] "F" SILENT, "freeze / unfreeze the weight", |model| model.freeze(None, None);
    Editing Editing [key('X')] "X" SILENT, "mute / unmute the neuron", |model| model.mute(None, None);
    Editing Editing [key('I')] "I" SILENT, "sliders for the row's inputs", Model::open_sliders;
    Rewinding Browsing [key('(')] "( )" SILENT, "an epoch back / forth (with a count: several); esc: back to the present",
        |model| model.rewind_by(Way::Epoch);
    Rewinding Browsing [key(')')] ")" SILENT, SILENT, |model| model.forward_by(Way::Epoch);
    Rewinding Always [(KeyCode::Left, ALT)] "alt-←" SILENT, "a step back / forth (alt-→)", |model| model.rewind_by(Way::Step);
    Rewinding Always [(KeyCode::Right, ALT)] "alt-→" SILENT, SILENT, |model| model.forward_by(Way::Step);
    Rewinding Always [(KeyCode::Left, CTRL)] "ctrl-←" SILENT, "a tenth of the run back / forth (ctrl-→)", |model| model.rewind_by(Way::Jump);
    Rewinding Always [(KeyCode::Right, CTRL)] "ctrl-→" SILENT, SILENT, |model| model.forward_by(Way::Jump);
    Program Always [key('w')] "w" "save", "save the model", Model::open_save_prompt;
    View Always [key('[')] "[ ]" "row", "previous / next row in the network",
        act!(|model| model.navigation.shift_sample(-1, &model.run.data));
    View Always [key(']')] "]" SILENT, SILENT, act!(|model| model.navigation.shift_sample(1, &model.run.data));
    View Always [(KeyCode::PageDown, NONE)] "pgdn" SILENT, "page down in the focused list or panel, else through the rows (pgup: up)",
        act!(|model| model.page(KeyCode::PageDown, NONE));
    View Always [(KeyCode::PageUp, NONE)] "pgup" SILENT, SILENT, act!(|model| model.page(KeyCode::PageUp, NONE));
    View Always [(KeyCode::Char('d'), CTRL)] "ctrl-d" SILENT, "half a page down (ctrl-u: up)", act!(|model| model.page(KeyCode::Char('d'), CTRL));
    View Always [(KeyCode::Char('u'), CTRL)] "ctrl-u" SILENT, SILENT, act!(|model| model.page(KeyCode::Char('u'), CTRL));
    View Always [(KeyCode::Home, NONE)] "home end" SILENT, "first / last row or line (also G)", act!(|model| model.page(KeyCode::Home, NONE));
    View Always [(KeyCode::End, NONE), key('G')] "end" SILENT, SILENT, act!(|model| model.page(KeyCode::End, NONE));
    View Always [key('v')] "v" SILENT, "switch between validation and training rows (in the scores: validation and test rows)", Model::switch_set;
    View NoChartOrScores [key('x')] "x" SILENT, "only misclassified rows, worst first (toggle)", act!(|model| model.toggle_worst());
    View Browsing [(KeyCode::Tab, NONE)] "tab" "view", "next view: overview, network, curves, scores, weights, data, regions, hidden, health, errors (images), race",
        act!(|model| model.navigation.turn_to(model.navigation.view_after(1)));
    View Always [alt('1')] "alt-1…9" SILENT, "this view; alt-0: the tenth (where the terminal passes alt on)", act!(|model| model.turn_to(0));
    View Always [alt('2')] "alt-1…9" SILENT, SILENT, act!(|model| model.turn_to(1));
    View Always [alt('3')] "alt-1…9" SILENT, SILENT, act!(|model| model.turn_to(2));
    View Always [alt('4')] "alt-1…9" SILENT, SILENT, act!(|model| model.turn_to(3));
    View Always [alt('5')] "alt-1…9" SILENT, SILENT, act!(|model| model.turn_to(4));
    View Always [alt('6')] "alt-1…9" SILENT, SILENT, act!(|model| model.turn_to(5));
    View Always [alt('7')] "alt-1…9" SILENT, SILENT, act!(|model| model.turn_to(6));
    View Always [alt('8')] "alt-1…9" SILENT, SILENT, act!(|model| model.turn_to(7));
    View Always [alt('9')] "alt-1…9" SILENT, SILENT, act!(|model| model.turn_to(8));
    View Always [alt('0')] "alt-0" SILENT, SILENT, |model| model.turn_to_view(View::Errors);
    View Browsing [(KeyCode::BackTab, SHIFT), (KeyCode::BackTab, NONE)] "shift-tab" SILENT, SILENT,
        act!(|model| model.navigation.turn_to(model.navigation.view_after(-1)));
    View Moving [(KeyCode::Left, NONE), key('h')] "← ↓ ↑ →" SILENT, "move focus; inside a maximised panel, scroll (also h j k)",
        act!(|model| model.move_in_view(ScreenDirection::Left));
    View Moving [(KeyCode::Down, NONE), key('j')] "↓" SILENT, SILENT, act!(|model| model.move_in_view(ScreenDirection::Down));
    View Moving [(KeyCode::Up, NONE), key('k')] "↑" SILENT, SILENT, act!(|model| model.move_in_view(ScreenDirection::Up));
    View Moving [(KeyCode::Right, NONE)] "→" SILENT, SILENT, act!(|model| model.move_in_view(ScreenDirection::Right));
    View Overview [(KeyCode::Enter, NONE)] "enter" SILENT, "maximise the focused panel (esc: restore)", act!(|model| model.maximise());
    View Enlarged [(KeyCode::Enter, NONE)] "enter" SILENT, SILENT, act!(|model| model.go_back());
    View CanGoBack [(KeyCode::Esc, NONE)] "esc" "back", SILENT, act!(|model| model.go_back());
    View Always [key('a')] "a" SILENT, "loss / accuracy chart", Model::toggle_chart;
    View Always [key('y')] "y" SILENT, "loss axis: automatic, linear, logarithmic",
        act!(|model| model.turn_loss_scale());
    View Always [key('m')] "m" SILENT, "smooth the curves: off, light, strong", act!(|model| model.navigation.smooth());
    View Browsing [key('d')] "d u" SILENT, "scroll the focused panel (also the mouse wheel)", act!(|model| model.scroll_focused(3));
    View Browsing [key('u')] "u" SILENT, SILENT, act!(|model| model.scroll_focused(-3));
    View Always [key('P')] "P" SILENT, "weights of images as pictures / histograms; neurons as maps / numbers",
        Model::toggle_pictures;
    View Always [key('V')] "V" SILENT, "edges of the network show: weight w, contribution w·a, last change Δw",
        act!(|model| model.turn_edge_value());
    Pictures Always [key('O')] "O" SILENT, "regions, fit, neurons as maps: other columns as in the row / at their means", Model::toggle_means;
    Pictures Browsing [key('o')] "o" SILENT, "loss landscape (toggle)", act!(|model| model.toggle_panel(View::Hidden, PanelId::Landscape));
    Pictures Layering [key('{')] "{ }" "layer", "hidden space: layer before / next layer", act!(|model| model.turn_hidden_layer(-1));
    Pictures Layering [key('}')] "}" SILENT, SILENT, act!(|model| model.turn_hidden_layer(1));
    View Always [key('B')] "B" SILENT, "browse rows (toggle); x and v filter", act!(|model| model.browse());
    Chart Charting [key('+'), key('=')] "+ −" "zoom", "zoom in / out (also the mouse wheel)", act!(|model| model.zoom_chart(true));
    Chart Charting [key('-'), key('_')] "−" SILENT, SILENT, act!(|model| model.zoom_chart(false));
    Chart Charting [(KeyCode::Left, SHIFT)] "shift-←" SILENT, "move the visible time (also shift-→, dragging)",
        act!(|model| model.pan_chart(ScreenDirection::Left));
    Chart Charting [(KeyCode::Right, SHIFT)] "shift-→" SILENT, SILENT, act!(|model| model.pan_chart(ScreenDirection::Right));
    Chart NoChartOrScores [key('0')] "0" SILENT, SILENT, Model::reset_zoom;
    Chart Charting [key('0')] "0" SILENT, "show all times", Model::reset_zoom;
    Chart Charting [(KeyCode::Left, NONE), key('h')] "← →" "crosshair", "move the crosshair (also the mouse)",
        act!(|model| model.move_crosshair(ScreenDirection::Left));
    Chart Charting [(KeyCode::Right, NONE)] "→" SILENT, SILENT, act!(|model| model.move_crosshair(ScreenDirection::Right));
    Chart Charting [(KeyCode::Up, NONE), key('k')] "↑ ↓" SILENT, "crosshair to the previous / next change",
        act!(|model| model.move_crosshair(ScreenDirection::Up));
    Chart Charting [(KeyCode::Down, NONE), key('j')] "↓" SILENT, SILENT, act!(|model| model.move_crosshair(ScreenDirection::Down));
    Chart Pointing [(KeyCode::Enter, NONE)] "enter" "go there", "show the moment under the crosshair (also a click; dragging follows)",
        Model::rewind_to_crosshair;
    Chart Charting [key('x')] "x" SILENT, "time axis: epochs, steps, seconds",
        act!(|model| model.navigation.plot.next_time_unit());
    Scores Scoring [(KeyCode::Left, NONE), key('h')] "← →" "threshold", "threshold down / up by 0.01 (with shift by 0.1)",
        act!(|model| model.navigation.move_threshold(-1));
    Scores Scoring [(KeyCode::Right, NONE)] "→" SILENT, SILENT, act!(|model| model.navigation.move_threshold(1));
    Scores Scoring [(KeyCode::Left, SHIFT)] "shift-←" SILENT, SILENT, act!(|model| model.navigation.move_threshold(-10));
    Scores Scoring [(KeyCode::Right, SHIFT)] "shift-→" SILENT, SILENT, act!(|model| model.navigation.move_threshold(10));
    Scores Scoring [key('0')] "0" SILENT, "threshold back to 0.5", act!(|model| model.navigation.threshold = None);
    Scores Scoring [key('x')] "x" "plot", "ROC curve / calibration, where there is room for one",
        act!(|model| model.navigation.shows_calibration = !model.navigation.shows_calibration);
    Scores Scoring [(KeyCode::Up, NONE), key('k')] "↑" SILENT, SILENT, act!(|model| model.scroll_focused(-1));
    Scores Scoring [(KeyCode::Down, NONE), key('j')] "↓" SILENT, SILENT, act!(|model| model.scroll_focused(1));
    Settings Scoring [key('+'), key('=')] "+ −" SILENT, SILENT, |model| model.step_setting(&LEARNING_RATE, Step::Up);
    Settings Scoring [key('-'), key('_')] "−" SILENT, SILENT, |model| model.step_setting(&LEARNING_RATE, Step::Down);
    Health Diagnosing [(KeyCode::Up, NONE), key('k')] "↑ ↓" "finding", "previous / next finding", act!(|model| model.move_finding(-1));
    Health Diagnosing [(KeyCode::Down, NONE), key('j')] "↓" SILENT, SILENT, act!(|model| model.move_finding(1));
    Health Diagnosing [(KeyCode::Enter, NONE)] "enter" "fix", "run the command that is likely to help", Model::apply_remedy;
    Race Racing [(KeyCode::Up, NONE), key('k')] "↑ ↓" "lane", "previous / next run", act!(|model| model.move_lane(-1));
    Race Racing [(KeyCode::Down, NONE), key('j')] "↓" SILENT, SILENT, act!(|model| model.move_lane(1));
    Race Racing [(KeyCode::Enter, NONE)] "enter" "open", "this run in all panels (esc: back to the race)", Model::open_lane;
    Race Racing [key('C')] "C" SILENT, "keep the regions of this run beside those of the others", Model::put_beside;
    Race Racing [key('F')] "F" "lockstep", "all runs begin each epoch together / free", Model::toggle_lockstep;
    Race Racing [(KeyCode::Left, NONE), key('h')] "←" SILENT, SILENT, act!(|model| model.move_in_view(ScreenDirection::Left));
    Race Racing [(KeyCode::Right, NONE)] "→" SILENT, SILENT, act!(|model| model.move_in_view(ScreenDirection::Right));
    Rows Choosing [(KeyCode::Enter, NONE)] "enter" "show", "show the selected row or cell in the network",
        act!(|model| model.choose());
    Inspector Always [key('i')] "i" "inspect", "inspector: every formula with this row's numbers (toggle)",
        act!(|model| model.toggle_inspector());
    Inspector Inspecting [(KeyCode::Left, NONE), key('h')] "← ↓ ↑ →" SILENT, "move the cursor (also h j k l, J K by ten, a click)",
        act!(|model| model.move_cursor(Move::One(ScreenDirection::Left)));
    Inspector Inspecting [(KeyCode::Down, NONE), key('j')] "↓" SILENT, SILENT,
        act!(|model| model.move_cursor(Move::One(ScreenDirection::Down)));
    Inspector Inspecting [(KeyCode::Up, NONE), key('k')] "↑" SILENT, SILENT,
        act!(|model| model.move_cursor(Move::One(ScreenDirection::Up)));
    Inspector Inspecting [(KeyCode::Right, NONE), key('l')] "→" SILENT, SILENT,
        act!(|model| model.move_cursor(Move::One(ScreenDirection::Right)));
    Inspector Inspecting [(KeyCode::Down, SHIFT), key('J')] "J" SILENT, SILENT,
        act!(|model| model.move_cursor(Move::Ten(ScreenDirection::Down)));
    Inspector Inspecting [(KeyCode::Up, SHIFT), key('K')] "K" SILENT, SILENT,
        act!(|model| model.move_cursor(Move::Ten(ScreenDirection::Up)));
    Inspector Inspecting [key('d')] "d u" "scroll", "scroll the page (also the mouse wheel)", act!(|model| model.scroll_focused(3));
    Inspector Inspecting [key('u')] "u" SILENT, SILENT, act!(|model| model.scroll_focused(-3));
    Inspector Inspecting [(KeyCode::Tab, NONE)] "tab" "layer", "next layer (shift-tab: previous)",
        act!(|model| model.move_cursor(Move::NextLayer));
    Inspector Inspecting [(KeyCode::BackTab, SHIFT), (KeyCode::BackTab, NONE)] "shift-tab" SILENT, SILENT,
        act!(|model| model.move_cursor(Move::PreviousLayer));
    // In a lesson the enter key goes on there.
    Inspector Inspecting [key('W'), (KeyCode::Enter, NONE)] "enter" "weights", "from a neuron to its weights and bias (then ↑ ↓); in a lesson: W",
        act!(|model| model.move_cursor(Move::Into));
    Inspector InspectingOnly [(KeyCode::Esc, NONE)] "esc" SILENT, "back to the neuron, then close the inspector",
        act!(|model| model.move_cursor(Move::Out));
    Inspector Inspecting [key('o')] "o" "loss", "outputs and loss (toggle)", act!(|model| model.move_cursor(Move::Output));
    Inspector Inspecting [key('b')] "b" "row/batch", "this row's values / mini-batch means", act!(|model| model.inspector.switch_of());
    // A lesson takes its keys before all others.
    Lesson Always [] "enter" SILENT, "go on; where something is to be done, do it", |_| Ok(());
    Lesson Always [] "↑ ↓" SILENT, "choose an answer (also 1-9)", |_| Ok(());
    Lesson Always [] "pgdn" SILENT, "scroll its text (pgup: up)", |_| Ok(());
    Lesson Always [] "esc" SILENT, "stop on the way to a step; end a quiz", |_| Ok(());
    Program Always [key('?'), (KeyCode::F(1), NONE)] "?" "help", "this help",
        act!(|model| model.prompt.overlay = Some(Overlay::Help(Help::new(HelpPage::Keys))));
    Program Always [(KeyCode::Char('l'), CTRL)] "ctrl-l" SILENT, "redraw the screen",
        act!(|model| model.effects.push(Effect::Redraw));
    Program Always [(KeyCode::Char('z'), CTRL)] "ctrl-z" SILENT, "suspend (fg to resume)",
        act!(|model| model.effects.push(Effect::Suspend));
    Program Always [key('q')] "q" "quit", "quit (ctrl-c: without confirmation)", act!(|model| model.quit());
    Program Always [(KeyCode::Char('c'), CTRL)] "ctrl-c" SILENT, SILENT, act!(|model| model.leave(130));
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
mod tests;
