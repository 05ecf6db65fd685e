//! Lessons, and numbers computed by hand.

use super::texts;

texts! {
    lesson_item() "lesson";
    lesson_commands() ":lesson back · :lesson end";
    step_of_before(step) "Last time you reached step {step}: :lesson {step} goes there, and does for you what comes before.";
    no_such_step(steps) "the lesson has {steps} steps";
    on_the_way(step) "on the way to step {step} · esc: stop here";
    scroll_lesson() "pgup pgdn";
    lesson_behind() "esc closes what is in front and leads back here";
    lesson_away() "enter opens the chosen run here; in another view it goes on in the lesson";
    quiz_title() "Numbers by hand";
    enter_key() "enter";
    enter_continues() "continue";
    enter_does_it() "does it for you";
    lesson_in_lane() "The panels show another run of the race; the lesson is about the main run.";
    lesson_main_run() "back to the main run";
    lesson_waits() "the training is on its way";
    task_waits() "the lesson goes on when you have done it";
    task_stuck() "The run cannot come to that any more: it has gone on, or its settings are others.";
    lesson_anew() "start the lesson anew and come back to this step";
    task_done() "✓ done";
    leave_lesson() "leave the lesson";
    next_lesson(title) "next lesson: {title}";
    choose_hint() "↑ ↓ and enter, or the digit";
    answer_right() "Right.";
    answer_wrong(answer) "No: {answer} is right.";
    foreign_seed(seed, own) "This run has seed {seed}; the lesson is written for seed {own}, and its numbers may differ.";
    claims_differ(name) "This run is not as the lesson describes it: it may have gone on, or its settings or its seed were changed. :lesson {name} starts it anew.";
    quiz_too_large() "There is nothing to ask: network or mini-batch is too large, or there is dropout (:hidden 2, :batch 2, :dropout 0).";
    quiz_waits() "the numbers are on their way";
    quiz_anew() "the run has gone on: the questions begin anew";
    quiz_left() ":quiz: goes on with the numbers where you left them";
    quiz_again() ":quiz: asks for the numbers again";
    quiz_done(right, all) "{right} of {all} right at the first try";
    quiz_without_update() "New weights are asked for with plain gradient descent alone (:optimizer sgd, no decay, clipping or frozen weights).";
    row_of_batch(row, rows) "row {row}/{rows}";
    whole_batch() "whole mini-batch";
    number_of(number, all) "number {number}/{all}";
    quiz_hint() "type the number to four decimals, enter; enter alone shows it, esc leaves it";
    wrong_number(typed, mistake) "✗ {typed}: {mistake}";
    not_a_number() "not a number";
    few_decimals() "more decimals, please: four, or three digits of a number below 0.001";
    sign_is_off() "the sign is wrong";
    whole_part_is_off() "the digits before the point are wrong";
    decimal_is_off(decimal) "decimal {decimal} is wrong";
    no_lesson() "no lesson is in progress";
    lesson_back_help() "one step back";
    lesson_end_help() "leave the lesson";
}
