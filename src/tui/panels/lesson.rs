//! The lesson in progress: the text of its step, the question or task, and what to press.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::Panel;
use crate::lesson::{Act, Kind, Step};
use crate::train::Request;
use crate::train::probes::TraceProbe;
use crate::tui::app::lesson::{Course, Quiz, Reply, shown};
use crate::tui::app::{ClickTarget, Model};
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{Pane, Title};
use crate::util::lang;
use crate::util::text::{width, wrap_whole};

pub(crate) struct LessonPanel;

/// Most numbers that are listed below a formula.
const MAX_OPERANDS: usize = 24;

/// A line, and the key that a click on it presses.
type Row = (Line<'static>, Option<KeyCode>);

impl Panel for LessonPanel {
    fn title(&self, pane: &Pane<'_>) -> Title {
        match &pane.model.course {
            Some(course) => {
                // The step comes first, since a long title is cut.
                let title = course.lesson.title.plain(lang::current());
                let (step, steps) = (course.step + 1, course.lesson.steps.len());
                Title::new(format!("{step}/{steps} {title}"), [""; 0])
            }
            None => Title::new(text::quiz_title(), [""; 0]),
        }
    }

    fn probes(&self, model: &Model) -> Vec<Request> {
        if model.quiz.as_ref().is_some_and(Quiz::is_waiting) {
            return vec![Request::new(TraceProbe::Step)];
        }
        vec![Request::new(TraceProbe::Row(model.row_probe()))]
    }

    fn draw(&self, pane: &mut Pane<'_>) {
        let area = pane.area;
        let Page {
            mut rows,
            mut cursor,
            quiz_at,
            ..
        } = page(pane.model, area.width, pane.theme);
        if let Some((row, _)) = &mut cursor
            && rows.len() > area.height.into()
        {
            // What is asked and typed stays in view; the text is below it.
            rows.rotate_left(quiz_at);
            *row -= quiz_at;
        }
        if pane.model.course.is_some() && rows.len() + 1 < area.height.into() {
            let last = area.rows().next_back().unwrap_or_default();
            pane.left(last, text::lesson_commands(), pane.theme.dim());
        }
        let first = pane.first_line(rows.len(), area.height.into());
        if rows.len() > area.height.into() {
            pane.footnote = text::scroll_lesson().to_owned();
        }
        if let Some((row, column)) = cursor
            && let Some(row) = row.checked_sub(first)
            && let Some(row) = area.rows().nth(row)
        {
            pane.place_cursor(row, column);
        }
        for ((line, key), row) in rows.into_iter().skip(first).zip(area.rows()) {
            pane.line(row, line);
            if let Some(key) = key {
                pane.hit(row, ClickTarget::Key(key, KeyModifiers::NONE));
            }
        }
    }

    fn preferred_rows(&self, model: &Model) -> u16 {
        let cells = model.navigation.size.0.saturating_sub(2);
        let theme = Theme::new(crate::tui::theme::Depth::None);
        u16::try_from(page(model, cells, theme).rows.len()).unwrap_or(u16::MAX)
    }
}

/// The lines of the panel in `cells` cells.
fn page(model: &Model, cells: u16, theme: Theme) -> Page {
    let mut page = Page {
        cells: usize::from(cells).max(1),
        theme,
        rows: Vec::new(),
        cursor: None,
        quiz_at: 0,
        enter_of_other: if model.prompt.overlay.is_some() {
            Some(text::lesson_behind())
        } else if !model.is_key_of_lesson(KeyCode::Enter) {
            Some(text::lesson_away())
        } else {
            None
        },
    };
    let done = model.quiz.as_ref().filter(|quiz| !quiz.is_open());
    if let Some(quiz) = done {
        page.quiz(quiz);
    }
    if let Some(course) = &model.course {
        page.course(model, course);
    }
    if let (Some(quiz), None) = (&model.quiz, done) {
        page.quiz(quiz);
    }
    page
}

/// Lines that are collected.
struct Page {
    cells: usize,
    theme: Theme,
    rows: Vec<Row>,
    /// Line and column of the cursor, while a number is typed.
    cursor: Option<(usize, usize)>,
    /// First line of the quiz, or of what is said about its run.
    quiz_at: usize,
    /// How the enter key becomes the lesson's, while it is that of a popup or of the list of a race.
    enter_of_other: Option<&'static str>,
}

impl Page {
    fn write(&mut self, text: &str, style: Style) {
        for paragraph in text.split('\n') {
            let lines = wrap_whole(paragraph, self.cells).into_iter();
            self.rows
                .extend(lines.map(|line| (Line::styled(line, style), None)));
        }
    }

    /// Writes what the enter key does now, if it is the lesson's.
    fn enter(&mut self, does: &str) {
        if let Some(other) = self.enter_of_other {
            return self.write(other, self.theme.dim());
        }
        let indent = width(text::enter_key()) + 1;
        let room = self.cells.saturating_sub(indent).max(1);
        for (n, line) in wrap_whole(does, room).into_iter().enumerate() {
            let key = match n {
                0 => text::enter_key().to_owned() + " ",
                _ => " ".repeat(indent),
            };
            let line =
                Span::styled(key, self.theme.accent()) + Span::styled(line, self.theme.dim());
            self.rows.push((line, Some(KeyCode::Enter)));
        }
    }

    fn course(&mut self, model: &Model, course: &Course) {
        let (step, lang) = (course.current(), lang::current());
        let number = |quantity: &_| model.number_in_text(quantity);
        let key = |name: &str| model.keys.shown(name);
        let quiz = model.quiz.as_ref();
        let is_quizzed = quiz.is_some_and(Quiz::is_open);
        let is_other = model.differs_from_claims();
        // Once numbers are typed, the room is theirs; about another run the text would be wrong.
        let is_of_quiz = is_quizzed || matches!(step.kind, Kind::Quiz);
        let has_room = quiz.is_none_or(|quiz| !(quiz.has_begun() || is_quizzed && is_other));
        if !is_of_quiz || has_room {
            let filled = step.text.with_keys(lang, &number, &key);
            self.write(&kept_together(&filled, step), self.theme.text());
        }
        if course.step == 0 {
            let formula = course.lesson.formula.plain(lang);
            self.write(&formula, self.theme.dim());
            if let Some(step) = course.offered {
                self.write(&text::step_of_before(step + 1), self.theme.accent());
            }
        }
        let seed = model.run.plan.seed;
        if let Some(own) = course.lesson.seed().filter(|own| *own != seed) {
            self.write(&text::foreign_seed(seed, own), self.theme.warning());
        }
        if is_quizzed {
            self.quiz_at = self.rows.len();
        }
        if is_other {
            let name = &course.lesson.name;
            self.write(&text::claims_differ(name), self.theme.warning());
        }
        if model.shown_lane() != 0 && !is_quizzed {
            self.write(text::lesson_in_lane(), self.theme.warning());
            return self.enter(text::lesson_main_run());
        }
        match &step.kind {
            Kind::Question { choices, answer } => {
                let texts = choices.iter().map(|choice| choice.filled(lang, &number));
                let texts: Vec<String> = texts.collect();
                self.choices(course, &texts, *answer);
                if course.answered.is_none() {
                    let hint = self.enter_of_other.unwrap_or(text::choose_hint());
                    self.write(hint, self.theme.dim());
                    return;
                }
            }
            Kind::Task { .. } if !course.is_done => {
                if model.run.is_training() {
                    return self.write(text::lesson_waits(), self.theme.dim());
                }
                if model.is_lesson_stuck() {
                    self.write(text::task_stuck(), self.theme.warning());
                    return self.enter(text::lesson_anew());
                }
                if step.acts.is_empty() {
                    return self.write(text::task_waits(), self.theme.dim());
                }
                return self.enter(text::enter_does_it());
            }
            Kind::Task { .. } => self.write(text::task_done(), self.theme.good()),
            Kind::Quiz if is_quizzed => return,
            Kind::Quiz if model.left_quiz.is_some() => {
                self.write(text::quiz_left(), self.theme.dim());
            }
            Kind::Quiz => self.write(text::quiz_again(), self.theme.dim()),
            Kind::Text => {}
        }
        if !course.is_at_end() {
            return self.enter(text::enter_continues());
        }
        match course.next_lesson(lang) {
            Some((_, title)) => self.enter(&text::next_lesson(title)),
            None => self.enter(text::leave_lesson()),
        }
    }

    fn choices(&mut self, course: &Course, texts: &[String], answer: usize) {
        for (i, choice) in texts.iter().enumerate() {
            let is_chosen = Some(i) == course.choice;
            let (mark, style) = match course.answered {
                None if is_chosen => ("▸", self.theme.strong()),
                None => (" ", self.theme.text()),
                Some(_) if i == answer => ("✓", self.theme.good()),
                Some(given) if i == given => ("✗", self.theme.bad()),
                Some(_) => (" ", self.theme.dim()),
            };
            let digit = u32::try_from(i + 1)
                .ok()
                .and_then(|digit| char::from_digit(digit, 10));
            let key = digit
                .map(KeyCode::Char)
                .filter(|_| course.answered.is_none());
            let room = self.cells.saturating_sub(4).max(1);
            for (n, line) in wrap_whole(choice, room).into_iter().enumerate() {
                let before = if n == 0 {
                    format!("{mark} {} ", i + 1)
                } else {
                    "    ".into()
                };
                self.rows
                    .push((Line::styled(format!("{before}{line}"), style), key));
            }
        }
        match course.answered {
            Some(given) if given == answer => self.write(text::answer_right(), self.theme.good()),
            Some(_) => self.write(&text::answer_wrong(answer + 1), self.theme.warning()),
            None => {}
        }
    }

    fn quiz(&mut self, quiz: &Quiz) {
        if quiz.is_too_large {
            return self.write(text::quiz_too_large(), self.theme.warning());
        }
        if quiz.is_waiting() {
            return self.write(text::quiz_waits(), self.theme.dim());
        }
        let reply = quiz.reply.as_ref();
        if let Some(Reply::Right(name, value) | Reply::Shown(name, value)) = reply {
            let is_right = matches!(reply, Some(Reply::Right(..)));
            let mark = if is_right { "✓ " } else { "" };
            let style = if is_right {
                self.theme.good()
            } else {
                self.theme.dim()
            };
            self.write(&format!("{mark}{name} = {value}"), style);
        }
        let Some(question) = quiz.question() else {
            let done = text::quiz_done(quiz.right, quiz.place().1);
            self.write(&done, self.theme.good());
            if quiz.is_without_update {
                self.write(text::quiz_without_update(), self.theme.dim());
            }
            return;
        };
        let (at, all) = quiz.place();
        let row = match question.row {
            Some((row, rows)) => text::row_of_batch(row + 1, rows),
            None => text::whole_batch().to_owned(),
        };
        self.write(
            &format!("{row} · {}", text::number_of(at, all)),
            self.theme.dim(),
        );
        let line = Span::styled(format!("{} = ", question.name), self.theme.strong())
            + Span::styled(quiz.typed.clone(), self.theme.accent())
            + Span::styled(" ", self.theme.text().add_modifier(Modifier::REVERSED));
        self.cursor = Some((self.rows.len(), line.width() - 1));
        self.rows.push((line, None));
        if let Some(Reply::Wrong(typed, mistake, numbers)) = reply {
            let mistake = text::mistake(*mistake);
            self.write(&text::wrong_number(typed, mistake), self.theme.bad());
            if let Some(numbers) = numbers.as_ref().filter(|numbers| !numbers.is_empty()) {
                self.write(&format!("{} = {numbers}", question.name), self.theme.text());
            }
        }
        self.write(&format!("= {}", question.formula), self.theme.text());
        let operands = question.operands.iter().take(MAX_OPERANDS);
        let operands =
            operands.map(|(symbol, value)| format!("{symbol}\u{a0}=\u{a0}{}", shown(*value)));
        self.write(&operands.collect::<Vec<_>>().join(" · "), self.theme.dim());
        let hint = self.enter_of_other.unwrap_or(text::quiz_hint());
        self.write(hint, self.theme.dim());
    }
}

/// Replaces the blanks in the commands that `step` asks for by such as no line is broken at.
fn kept_together(text: &str, step: &Step) -> String {
    step.acts
        .iter()
        .fold(text.to_owned(), |text, act| match act {
            Act::Command(command) => {
                let command = format!(":{command}");
                text.replace(&command, &command.replace(' ', "\u{a0}"))
            }
            Act::Key(_) => text,
        })
}
