//! Texts of the screen, one a row: titles, labels, key hints and messages.
//!
//! Each row becomes a function; in a row with two texts the first is for a count of 1, its first
//! argument. Another language is another file of rows, or a column beside these, and the macro chooses;
//! callers stay as they are. The help of keys, commands and settings is in their tables (`BINDINGS`,
//! `COMMANDS`, `SETTINGS`).

use std::fmt::Display;

use super::app::lesson::Mistake;

macro_rules! texts {
    ($($name:ident($($argument:ident),*) $text:literal $(| $many:literal)?;)+) => {
        $(texts!(@function $name($($argument),*) $text $($many)?);)+
    };
    (@function $name:ident() $text:literal) => {
        pub(super) const fn $name() -> &'static str {
            $text
        }
    };
    (@function $name:ident($count:ident $(, $argument:ident)*) $one:literal $many:literal) => {
        pub(super) fn $name($count: impl Display $(, $argument: impl Display)*) -> String {
            if $count.to_string() == "1" { format!($one) } else { format!($many) }
        }
    };
    (@function $name:ident($($argument:ident),+) $text:literal) => {
        pub(super) fn $name($($argument: impl Display),+) -> String {
            format!($text)
        }
    };
}

texts! {
    // Size of the screen
    terminal_too_small() "terminal too small";
    size_needed(width, height, have_width, have_height) "need {width}×{height}, have {have_width}×{have_height}";

    // Lessons
    lesson_item() "lesson";
    lesson_commands() ":lesson back · :lesson end";
    quiz_title() "Numbers by hand";
    enter_key() "enter";
    enter_continues() "continue";
    enter_does_it() "does it for you";
    lesson_waits() "the training is on its way";
    task_done() "✓ done";
    leave_lesson() "leave the lesson";
    next_lesson(title) "next lesson: {title}";
    choose_hint() "↑ ↓ and enter, or the digit";
    answer_right() "Right.";
    answer_wrong(answer) "No: {answer} is right.";
    claims_differ() "This run came out differently from what the lesson describes: its settings or its seed may have been changed.";
    quiz_too_large() "There is nothing to ask: network or mini-batch is too large, or there is dropout (:hidden 2, :batch 2, :dropout 0).";
    quiz_waits() "the numbers are on their way";
    quiz_done(right, all) "{right} of {all} right at the first try";
    quiz_without_update() "New weights are asked for with plain gradient descent alone (:optimizer sgd, no decay, clipping or frozen weights).";
    row_of_batch(row, rows) "row {row} of {rows}";
    whole_batch() "whole mini-batch";
    number_of(number, all) "number {number} of {all}";
    quiz_hint() "type the number to four decimals, enter; enter alone shows it, esc ends";
    not_a_number() "That is not a number.";
    sign_is_off() "The sign is wrong.";
    whole_part_is_off() "The digits before the point are wrong.";
    decimal_is_off(decimal) "Decimal {decimal} is wrong.";
    no_lesson() "no lesson is in progress";
    lesson_back_help() "one step back";
    lesson_end_help() "leave the lesson";

    // Messages: training
    not_inside_a_batch() "not inside a mini-batch; p steps into one";
    no_earlier_steps() "no earlier steps recorded";
    recover_first() "training diverged; t: resume from the last good weights";
    not_training() "not training; space: train";
    no_such_key() "this key has no function · ?: help";
    open_inspector_first() "open the inspector first: i";
    close_inspector_first() "close the inspector first: i";
    pause_first() "pause first: space";
    not_diverged() "the training has not diverged";
    maximise_chart_first() "maximise a chart first: move to it, enter";
    nothing_to_go_back_to() "nothing to go back to";
    no_images() "pictures are for weights of images, and for neurons with one or two inputs";
    no_validation_rows() "there are no validation rows (--val)";
    both_charts_are_shown() "both charts are on the screen";
    nothing_zoomed() "all times are shown";
    restarts_training(name) "{name} restarts the training: type it with :{name}";
    help_search(text) "/{text}";
    nothing_found() "nothing found";
    name_must_end_in(extensions) "the name must end in {extensions}";
    stopped_early(epochs) "stopped early: no lower validation loss for {epochs} epoch" | "stopped early: no lower validation loss for {epochs} epochs";
    time_limit_reached(time) "time limit reached ({time})";
    training_has_failed() "the training has failed";
    thread_ended() "training thread ended";
    training_failed(message) "training failed: {message} · w: save last good weights";
    saved(path, size, verification) "saved {path} ({size}) · {verification}";
    saved_current(path, size, current, verification) "saved {path} ({size}) · {current} · {verification}";
    saved_best(path, size, epoch, epochs, verification) "saved {path} ({size}) · best epoch {epoch} of {epochs} · {verification}";
    trained(epochs, data) "{data}: {epochs} epoch" | "{data}: {epochs} epochs";
    best_validation_loss(epoch, loss) "best epoch {epoch}, validation loss {loss}";
    not_saved() "not saved";
    saved_in_checkpoint(path) "saved checkpoint {path}";
    screenshot_saved(path) "saved {path}";
    checkpoint_written(path, size) "saved checkpoint {path} ({size})";
    checkpoint_failed(error) "checkpoint: {error}";
    saving() "saving the model · ctrl-c again: quit without saving";
    save_checkpoint_title() "Save checkpoint";
    type_a_path() "type a path";
    save_elsewhere(error) "{error} · type another path · ctrl-c: quit without saving";
    logging_stopped(reason) "logging stopped: {reason}";
    batch_too_large(rows) "batch size is limited to the {rows} training row" | "batch size is limited to the {rows} training rows";
    patience_needs_validation() "patience goes by the loss on validation rows, and there are none";
    network_too_large(architecture, max) "{architecture} has more than {max} million parameters";
    layer(number) "layer {number}";
    neurons(size) "{size} neuron" | "{size} neurons";

    // Messages: changes by hand
    no_weight_under_cursor() "no weight under the cursor; name one, e.g. w2[1,3] or b2[1]";
    no_such_layer(id, last) "no parameter {id}: layers are 1 to {last}";
    no_such_parameter(id, layer, outputs, inputs) "no parameter {id}: layer {layer} has w{layer}[1,1] to w{layer}[{outputs},{inputs}] and b{layer}[1] to b{layer}[{outputs}]";
    inputs_are_pixels() "the inputs of an image are its pixels";
    choose_a_weight() "choose a weight or bias first: enter on a neuron";
    takes_a_number(id) "{id} takes a number such as -0.5";
    value_not_known() "its value is not known yet";
    no_neuron_under_cursor() "no hidden neuron under the cursor; name one, e.g. a1[3]";
    no_hidden_layer() "there is no hidden layer";
    not_in_the_hidden_layer(neuron) "{neuron} is not in the hidden layer, layer 1";
    not_in_a_hidden_layer(neuron, last) "{neuron} is not in a hidden layer; those are 1 to {last}";
    no_such_neuron(neuron, layer, size) "no neuron {neuron}: layer {layer} has {size} neurons";
    nothing_to_undo() "nothing to undo";
    parameter_set(change) "{change} · z: undo";
    change_undone() "change undone";
    undone(change) "undone: {change}";
    parameter_frozen(id) "{id} frozen";
    parameter_unfrozen(id) "{id} unfrozen";
    neuron_muted(neuron) "{neuron} muted";
    neuron_unmuted(neuron) "{neuron} unmuted";
    no_sliders_for_images() "the inputs of an image are its pixels; there are no sliders";
    no_row_shown() "no row is shown";
    expected_number(range) "a number ({range} in the data)";
    expected_word(words) "one of {words}";
    range(min, max) "{min} to {max}";
    takes(name, expected) "{name} takes {expected}";
    input_takes() "input takes the name of an input and a value";
    unknown(kind, name) "unknown {kind} \"{name}\" (tab: list)";
    unknown_but_near(kind, name, near) "unknown {kind} \"{name}\"; did you mean \"{near}\"?";

    // Messages: rows
    wrong_rows_later() "misclassified rows are available after the first epoch";
    no_wrong_rows() "no misclassified rows";
    after_first_epoch() "available after the first epoch";
    rows_cannot_be_found() "training thread failed: rows cannot be looked up";
    no_row_correct(class) "no {class} row is predicted correctly";
    no_row_taken(actual, predicted) "no {actual} row is predicted as {predicted}";

    // Typed commands
    loss_axis(scale) "loss axis: {scale}";
    nothing_drawn() "nothing is drawn yet";
    nothing_or(word) "no argument or {word}";
    now(value) " · now {value}";
    current() "current";
    no_hidden() "no hidden layer";
    under_the_cursor() "under the cursor";
    weights_of_layer(layer, outputs, inputs) "weights of layer {layer}: to 1 … {outputs}, from 1 … {inputs}";
    biases_of_layer(layer, outputs) "biases of layer {layer}: 1 … {outputs}";
    neurons_of_layer(size, layer) "neurons 1 … {size} of layer {layer}";
    folder() "folder";
    existing_file() "existing file";
    takes_no_argument(command) "{command} takes no argument";
    not_after_failure() "the training has failed; only export, seed, init and quit are left";
    only_rows(rows) "there is only {rows} row" | "there are only {rows} rows";
    takes_not(name, expected, found) "{name} takes {expected}, not \"{found}\"";
    expected_path(extensions) "a name that ends in {extensions}";
    expected_setting() "a number, or a weight or bias and a number, such as w2[1,3] 0.5 or b2[1] 0";
    expected_parameter() "a weight or bias such as w2[1,3] or b2[1]";
    expected_neuron() "a hidden neuron such as a1[3]";
    expected_steps() "a number and one of phase, row, batch, epoch, such as 10 phase";
    expected_row() "a number of at least 1";

    // Popups
    commands_title() "commands (tab: complete)";
    seconds(seconds) "{seconds:.0} s";
    minutes(minutes) "{minutes:.0} min";
    replace_title() "Replace file?";
    file_exists(path) "{path} already exists.";
    replace_keys() "y: replace · esc: cancel";
    restart_title() "Restart?";
    unsaved_before_restart(trained, seed) "{trained} of training not saved. Next seed: {seed}.";
    restart_keys() "y: restart · w: save first · esc: cancel";
    restore_title() "Restore the checkpoint?";
    restore_keys() "y: restore · w: save first · esc: cancel";
    quit_title() "Quit?";
    unsaved(trained) "{trained} of training not saved.";
    quit_keys() "y: quit · w: save first · esc: cancel";
    weights_kept() "The last good weights are kept.";
    became_nan(quantity, step, layer) "{quantity} became NaN/∞ at step {step} (layer {layer}).";
    first_diverged(row, line, layer, weight, activation) "First at training row {row} (line {line}), layer {layer}: weights up to {weight}, inputs up to {activation}.";
    first_diverged_back(row, line, layer, delta, activation) "Largest at training row {row} (line {line}), layer {layer}: δ up to {delta}, inputs up to {activation}.";
    rate_too_high(rate, kept) "Learning rate {rate} is probably too high. {kept}";
    diverged_keys() "t: resume with lr ÷ 10 · r: restart · w: save last good weights";
    diverged_title() "Training diverged";
    failed_keys() "w: save last good weights · r: restart · q: quit";
    failed_title() "Training thread failed";
    check_title() "Gradient check";
    parameters(count) "{count} parameter" | "{count} parameters";
    grade_ok() "ok";
    grade_wrong() "wrong";
    check_running() "Comparing back-propagation with central differences…";
    close_key() "esc: close";
    check_summary(parameters, rows) "{parameters} checked in f64 on the next mini-batch ({rows}).";
    check_skipped(skipped) " {skipped} skipped (finite difference crosses a ReLU kink).";
    nothing_checked() "Nothing could be checked.";
    check_exact() "Passed: gradients agree to within numerical precision.";
    check_good() "Passed: within the error of finite differences.";
    check_wrong() "Failed: at least one gradient is wrong.";
    largest_error_per_layer() "largest error per layer";
    worst_of_layer() "worst of layer";
    keys_title() "Keys (/: search · tab: commands)";
    commands_help_title() "Commands (/: search · : to type one)";
    search_title() "Search (esc: all)";
    settings_title() "Settings";
    save_title() "Save model";
    save_hint(extensions) "{extensions} · tab: complete · esc: cancel";
    save_current(epoch) "current weights (epoch {epoch})";
    save_best(epoch, epochs) "best epoch {epoch} of {epochs}";
    save_current_hint(current, best) "{current} · ↑ ↓: {best}";
    command_title() "Command";
    what_if_title(row) "What if: inputs of row {row}";
    changed(count) "{count} changed";
    word_of(index, count) "{index} of {count}";
    check_keys() "enter: inspect · ↑ ↓: select · esc: close";
    menu_keys() "← →: change · a x: add or remove a layer · enter: type · z: undo · esc: close";
    prompt_keys() "enter: apply · esc: cancel";
    sliders_keys() "← →: move · shift: faster · 0: reset one · r: reset all · esc: close";
    sliders_keys_short() "← →: move · 0 r: reset · esc: close";
    loss_quantity() "Loss";
    gradient_quantity() "Gradient";

    // Panels
    more_below(lines) " ↓ {lines} more ";
    activations_title() "Activations";
    activations_legend(rows) "bars: this row · ▂▅▇ distribution over {rows} row" | "bars: this row · ▂▅▇ distribution over {rows} rows";
    activations_legend_short(rows) "▂▅▇ over {rows} row" | "▂▅▇ over {rows} rows";
    dead(count) "{count} dead ";
    output() "output";
    columns_title() "Columns";
    columns_used(count) "{count} column used" | "{count} columns used";
    columns_excluded(used, out) "{used} used, {out} excluded";
    computing_statistics() "computing statistics…";
    constant_column() "excluded: constant in the training rows";
    target() "target";
    mean_image() "mean image";
    pixels(width, height) "{width} × {height} pixels";
    from_zero(max) "from 0 to {max}";
    never_active(count) "{count} never active";
    confusion_title() "Confusion";
    rows_correct(right, total, set) "{right} of {total} {set} rows correct";
    after_first_epoch_short() "after the first epoch";
    predicted_correctly(all, count, class) "{count} of {all} {class} row predicted correctly" | "{count} of {all} {class} rows predicted correctly";
    predicted_as(all, count, class, other) "{count} of {all} {class} row predicted as {other}" | "{count} of {all} {class} rows predicted as {other}";
    show_it() " · enter: show it";
    show_them() " · enter: show them";
    no_mistakes() "no mistakes";
    true_to_predicted() "true → predicted";
    data_title() "Data";
    mean(value) "mean {value}";
    count_keys() " p phases · n rows · s mini-batches · S epochs · esc";
    train_rows(training) "{training} train row" | "{training} train rows";
    train_and_val_rows(training, validation) "{training} train + {validation} val rows";
    both_rows(training, validation) "{training} + {validation} rows";
    loading_title() "Loading";
    cancel_key() "cancel";
    suspend_key() "suspend";
    read() "read";
    rows_read() "rows";
    time() "time";
    train() "train";
    no_data_yet() "no data received yet";
    rows_per_second(rows) "{rows} rows/s";
    time_left(time) "{time} left";
    preprocess() "preprocess";
    train_paused() "train (press space to start)";
    read_rows() "read rows";
    read_validation_rows() "read validation rows";
    read_test_rows() "read test rows";
    pictures_title() "Weights of layer 1";
    neurons_shown(first, last, all) "neurons {first}–{last} of {all}";
    pictures_scale(neurons) "{neurons} · each scaled to its largest weight · P: histograms";
    no_room_for_picture() "no room for a picture";
    rows_title() "Rows";
    no_rows() "no rows";
    other() "other";
    no() "no";
    yes() "yes";
    show_in_network() "enter: show in network";
    columns_shown(first, last, all) "← → columns {first}–{last} of {all}";
    row_of(row, rows) "row {row} of {rows} · ";
    row(row) "row {row} · ";
    largest_error() "largest error";
    wrong() "wrong";
    place_of(place, rows) "{place} of {rows}";
    place_of_worst(place, rows) "{place} of worst {rows}";
    arrow_predicted_as() " predicted as ";
    wrong_as_of(wrong, of, epoch, set, row) "{wrong} {of} (as of epoch {epoch}) · {set} row {row} · true: ";
    wrong_in_set(wrong, of, set, row) "{wrong} {of} · {set} row {row} · true: ";
    wrong_row(wrong, of, row) "{wrong} {of} · row {row} · true: ";
    correct(class) "{class} correct";
    cell_as_of(cell, epoch, set, row) "{cell} (as of epoch {epoch}) · {set} row {row}";
    cell_in_set(cell, set, row) "{cell} · {set} row {row}";
    cell_row(cell, row) "{cell} · row {row}";
    training() "training";
    validation() "validation";
    predicted_title() "Predicted";
    rows_of_set(rows, set) "{rows} {set} row" | "{rows} {set} rows";
    rows(rows) "{rows} row" | "{rows} rows";
    true_target(target) "true {target}";
    scores_title() "Scores";
    importance_title() "Importance";
    importance_of_r2() "R² lost";
    importance_of_accuracy() "accuracy lost";
    by_permutation(score) "{score} by permutation";
    threshold(value, class) "threshold {value} for \"{class}\"";
    roc_head() "ROC: true positive rate";
    false_positive_rate() "false positive rate";
    calibration_head() "calibration: fraction";
    mean_probability() "mean probability";
    weights_title() "Weights";
    weight_count(count) " · {count} weight" | " · {count} weights";
    std_and_max(std, max) "σ {std}  max {max}";
    not_finite(count) "{count} not finite";
    first_epoch_running() "first epoch in progress…";
    first_epoch_running_short() "first epoch…";
    how_to_start() "space: train · s: one step";
    how_to_start_short() "space: train";
    epoch(epoch) "epoch {epoch}";
    step_number(step) "step {step}";
    training_seconds(seconds) "{seconds:.1} s";
    always(class) "always \"{class}\"";
    predict_the_mean() "predict the mean";
    baseline(constant) "baseline: {constant}";
    distant_baseline(arrow, constant, value) "{arrow} baseline: {constant} {value}";
    distant_baseline_short(arrow, value) "{arrow} baseline {value}";
    best_mark(value, epoch) "best {value} @ {epoch}";
    overfitting_since(epoch) "overfitting since {epoch}";
    loss_title() "Loss";
    accuracy_title() "Accuracy";
    rate_mark(rate) "lr {rate}";
    recovery_mark(rate) "recovered, lr {rate}";
    hidden_mark(sizes) "hidden {sizes}";
    undo_mark(change) "undo {change}";
    logarithmic() " · log";
    zoomed() " · zoom";
    smooth() " · smooth";
    smoother() " · smoother";
    legend_train() "━━ train ";
    legend_validation() "╍╍ val ";

    // Headings of tables
    head_column() "column";
    head_type() "type";
    head_distribution() "distribution";
    head_distribution_short() "distrib.";
    head_missing() "missing";
    head_distinct() "distinct";
    head_min() "min";
    head_mean() "mean";
    head_max() "max";
    head_std() "std";
    head_product() "product";
    head_class() "class";
    head_number() "no.";
    head_line() "line";
    head_true() "true";
    head_predicted() "predicted";
    head_error() "error";
    head_loss() "loss";
    head_gradient() "back-prop";
    head_difference() "numeric";
    head_relative_error() "relative error";
    head_true_and_predicted() "true ↓  predicted →";
    head_true_down() "true ↓";

    // Header: badges are equally wide
    badge_training() " ▶ training ";
    badge_stepping() " ▶ stepping ";
    badge_pausing() " ⋯ pausing  ";
    badge_paused() " ‖ paused   ";
    badge_finished() " ■ finished ";
    badge_diverging() " ! diverging";
    badge_diverged() " ! diverged ";
    badge_failed() " ! failed   ";
    badge_loading() " ⋯ loading  ";
    label_epoch() " epoch";
    label_best() "best";
    label_step() "step";
    label_learning_rate() "lr";
    label_pace() "pace";
    label_rows_per_second() "rows/s";
    label_train() "train";
    label_validation() "val";
    label_accuracy() "acc";
    label_loss() "loss";
    label_saved() "saved";
    checkpoint_item() "checkpoint";
    never_saved() "–";
    label_batch() "batch";
    label_seed() "seed";
    label_schedule() "schedule";
    finding(name) "! {name}";
    trend_falling() "improving";
    trend_flat() "flat";
    trend_rising() "worsening";

    // Findings
    gradient_and_update(gradient, ratio) "grad. {gradient} · Δw/w {ratio}";
    findings_title(count) "{count} finding" | "{count} findings";
    no_findings() "nothing conspicuous";
    no_findings_yet() "findings come with the first epochs";
    nothing_found_yet() "there is no finding";
    enter_runs() "enter:";
    diverging() "diverging";
    diverging_symptom(step, before, loss) "at step {step} the training loss rose from {before} to {loss}, above 10 times the first";
    diverging_symptom_in(symptom, layer) "{symptom}; layer {layer} has the largest updates";
    exploding(layer) "exploding gradients (layer {layer})";
    exploding_short() "exploding";
    exploding_symptom(layer) "the gradient of layer {layer} is more than 10 times as large as its weights";
    exploding_cause() "The weights are too large for the width of the layers, and every layer multiplies the gradient by them.";
    dead_neurons(dead, neurons, layer) "{dead} of {neurons} neurons dead (layer {layer})";
    dead_short(dead, neurons) "{dead}/{neurons} dead";
    dead_symptom() "their output is the same for every row";
    dead_cause() "The weighted input of a dead ReLU is negative for every row: its gradient is 0, and it does not recover. A learning rate that is too high does this.";
    saturated_neurons(saturated, neurons, layer) "{saturated} of {neurons} neurons saturated (layer {layer})";
    saturated_short() "saturated";
    saturated_symptom() "their activation is at an end of its range for most rows";
    saturated_cause() "Weighted inputs are so large that the slope of the activation, and with it the gradient, is near 0. The initial weights or the learning rate are too high.";
    vanishing(layer) "vanishing gradients (layer {layer})";
    vanishing_short() "vanishing";
    vanishing_symptom(layer, ratio) "the gradient of layer {layer} is {ratio} times smaller than that of the output layer";
    vanishing_cause() "Every layer multiplies the gradient by its weights and the slope of its activation, which for a sigmoid is at most 1/4: the first layers hardly learn.";
    rate_high() "learning rate too high";
    rate_high_short() "lr too high";
    rate_high_symptom() "nothing is learned, and every update is 3% of the weights or more";
    rate_high_cause() "The learning rate is too high: every step overshoots the minimum.";
    constant_outputs() "constant outputs";
    constant_short() "constant";
    constant_symptom() "all rows get the same prediction, and nothing is learned";
    constant_cause() "The outputs do not depend on the inputs: neurons are dead or saturated, gradients vanish, or the columns say nothing about the target.";
    rate_low() "learning rate too low";
    rate_low_short() "lr too low";
    rate_low_symptom() "little is learned, and every update is less than 0.05% of the weights";
    rate_low_cause() "Steps are so small that the loss hardly moves: a higher learning rate reaches the same in fewer epochs.";
    initial_loss() "initial loss";
    initial_loss_symptom(loss, expected) "{loss} before training; equal outputs have {expected}";
    initial_loss_cause() "The initial weights are so large that the network begins with confident predictions, most of them wrong.";
    leak(column) "{column} predicts the target";
    leak_short() "leak";
    leak_symptom() "every value of the column occurs with one class only";
    leak_cause() "The column may be made from the target; then it is not known for new rows.";
    leak_advice(column) "restart with --drop {column}";
    memorising() "memorising";
    memorising_symptom() "training rows are learned, but the validation loss was never below that of a constant prediction";
    memorising_cause() "The columns say nothing about the target, or labels are wrong or shuffled: the network learns the rows by heart.";
    overfitting(epoch) "overfitting @ {epoch}";
    overfitting_short(epoch) "overfit @ {epoch}";
    overfitting_symptom() "since this epoch the validation loss rises while the training loss falls";
    overfitting_cause() "The network learns details of the training rows that others do not have: it is large for so few rows, or has trained long enough.";
    never_predicted(class) "\"{class}\" never predicted";
    never_predicted_short() "class missing";
    never_predicted_symptom(epoch) "no row is predicted as this class since epoch {epoch}";
    never_predicted_cause() "The class is rare, or its rows look like those of another class.";
    never_predicted_cause_quadratic() "Its output is saturated at 0, where the quadratic loss has hardly any gradient.";
    never_predicted_advice() "restart with --class-weights balanced";
    few_validation_rows(rows) "{rows} validation row" | "{rows} validation rows";
    few_validation_rows_short(rows) "{rows} val row" | "{rows} val rows";
    few_validation_rows_symptom() "too few to tell anything from";
    few_validation_rows_cause() "With fewer than 20 rows the standard error of an accuracy is up to 11 percentage points and more.";
    few_validation_rows_advice() "restart with a larger --val, or --folds 5";

    // Learning-rate finder and pre-flight checks
    rates_title() "Learning-rate finder";
    rates_running() "Training a copy of the network, with a higher learning rate at every step…";
    cancel_task_key() "esc: cancel";
    rate_suggested(rate, now) "Suggestion: {rate} (now {now}), a tenth of the rate with the lowest loss.";
    no_rate_suggested(now) "The loss falls at none of these rates; it stays at {now}.";
    rates_keys() "enter: apply · esc: close";
    head_rate() "learning rate";
    expected_lr() "lr";
    preflight_title() "Pre-flight checks";
    preflight_running(check, all) "check {check} of {all} is running…";
    preflight_passed() "All checks passed.";
    preflight_failed(count) "{count} check failed." | "{count} checks failed.";

    // Network and phase stepper
    inputs(size) "inputs {size}";
    network_title() "Network";
    edges_show(value) "edges: {value}";
    largest_delta(delta) "|δ| ≤ {delta}";
    was(value) "was {value}";
    waiting_for_snapshot() "waiting for the first snapshot";
    batch_row(row, rows) "mini-batch row {row} of {rows}";
    plain_row(row, rows) "row {row} of {rows}";
    inputs_set() "inputs set";
    inputs_set_short() "inputs";
    forward_done(layer, depth) "forward: layer {layer} of {depth} computed";
    dropped(done, count) "{done}, {count} dropped out";
    forward_done_short(layer) "forward {layer}";
    loss_done() "loss computed";
    loss_done_short() "loss";
    backward_done(layer) "backward: δ of layer {layer} computed";
    backward_done_short(layer) "backward {layer}";
    update_done() "weights updated (edges show Δw)";
    update_done_short() "updated";
    next_batch() "p: next mini-batch";
    next_row() "p: next row";
    next_forward(layer) "p: forward to layer {layer}";
    next_loss() "p: loss";
    next_outputs() "p: backprop through the outputs";
    next_backward(layer) "p: backprop through layer {layer}";
    next_update() "p: update";
    row_as_received(x) "{x}: the row's values as the network receives them";
    error_at_outputs(delta, derivative) "{delta} = {derivative}, the error at the outputs";

    // Confusion as shades
    matrix_of_shades(classes) "true ↓ predicted → · colour: share of the class, 0% … 100%" | "true ↓ predicted → · colour: largest share in {classes} × {classes} classes, 0% … 100%";

    // Weights
    with_heat_scale_short(range) "{range} · share 0 … max";
    with_heat_scale(range) "{range} · colour: share of weights, 0 … max (√)";

    // Inspector
    inspector_title() "Inspector";
    waiting_for_values() "waiting for values";
    neuron_of_layer(number, layer) "neuron {number} of layer {layer}";
    outputs_title(loss) "Outputs and loss · {loss}";
    input_title(number, name) "Input {number} · {name}";
    output_title(number, name, function) "Output {number} · {name} · {function}";
    neuron_title(number, layer, function) "Neuron {number} of layer {layer} · {function}";
    weight_title(symbol) "Weight {symbol}";
    bias_title(symbol) "Bias {symbol}";
    values_for_row(row) "values for row {row}";
    values_for_row_short(row) "row {row}";
    batch_means(rows) "mini-batch means ({rows} row)" | "mini-batch means ({rows} rows)";
    batch_means_short(rows) "means of {rows}";
    nothing_yet() "nothing yet";
    epoch_rounded(epochs) "epoch {epochs:.0}";
    input_gradient() "Gradient with respect to the input";
    inputs_do_not_change() "Training never changes inputs, but this shows which ones this row's loss is sensitive to.";
    same_scale() "Mean and standard deviation come from the training rows, so that all inputs share one scale.";
    brightness() "Its brightness, from 0 to 1.";
    scaled_input(name) "({name} − mean) / std";
    one_hot(name) "1 where {name} is this value, else 0";
    in_the_table() "in the table";
    dropped_neuron(a, factor) "   dropout: {a} × {factor}";
    muted_neuron() "   muted (output forced to 0)";
    symbols(inputs) "{inputs} · w weight · b bias · z weighted input";
    symbol_input() "x input";
    symbol_activation() "a activation";
    of_activation() " of a";
    activation_section() "Activation";
    before_the_change() "before the change";
    mean_of_activations() "mean of f(z), not f of the mean z";
    one_logit() "The curve varies this logit only; the others are held fixed.";
    backward_from_loss() "Backward: from the loss";
    delta_is_difference(output, loss) "δ = ∂C/∂z. For {output} with {loss} it is simply the prediction minus the target.";
    delta_is_product(by_a) "δ = ∂C/∂z: {by_a} times the slope of f.";
    the_error() "the error";
    the_output_layer() "the output layer";
    all_outputs() "all outputs";
    all_neurons() "all neurons of the next layer";
    tutorial_output() "Tutorial: back-propagation (1), output to hidden layer. δ error term · y target · C loss";
    tutorial_hidden() "Tutorial: back-propagation (2), hidden to input layer. δ error term · f′ slope";
    tutorial_gradient() "Tutorial: input times error term. C loss · δ error term of the neuron";
    tutorial_update() "Tutorial: gradient descent, w ← w − η ∂C/∂w. η learning rate · g gradient";
    backward_from(layer) "Backward: from {layer}";
    reuses_deltas(neurons, delta) "Sums over {neurons}, reusing the {delta} computed one step earlier.";
    largest_influence() "largest influence: |w| × std of the input";
    regions_title() "Regions";
    health_title() "Health";
    health_legend() "next mini-batch · bar: gradient · ○ weights · update ÷ weights";
    health_legend_short() "bar: gradient · ○ weights";
    head_gradients() "grad.";
    head_weights() "weight";
    head_update() "Δw/w";
    head_dead() "dead";
    head_saturated() "sat.";
    head_mean_std() "activations";
    plot_sizes() "gradient ○ weights";
    plot_sizes_short() "gradient";
    plot_update() "update ÷ weights";
    fit_title() "Fit";
    hidden_title() "Hidden space";
    landscape_title() "Loss landscape";
    explained_of_path(first, second) "{first} and {second} of the path";
    loss_of_rows(rows) "loss of {rows} training row" | "loss of {rows} training rows";
    path_too_short() "the path of the run is too short yet";
    landscape_too_large() "the network has too many parameters";
    first_direction() "distance";
    landscape_legend(least, most) "loss {least} … {most}, logarithmic   ◇ start   • path   ◉ now";
    layer_inputs() "inputs";
    layer_outputs(layer) "outputs (layer {layer})";
    layer_of(layer, depth) "layer {layer} of {depth}";
    explained(first, second) "PC1 {first} PC2 {second}";
    explained_short(first, second) "{first} + {second}";
    first_component() "PC1";
    gallery_title() "Errors";
    errors_as_of(place, epoch) "{place} · worst first · as of epoch {epoch}";
    errors_of_images() "the gallery of errors needs images";
    saliency_title() "Gradient over pixels";
    raises_loss() " raises loss  ";
    lowers_loss() " lowers it";
    open_hidden_first() "open the hidden space first: :view hidden";
    plane_of(y, x, others) "{y} over {x}{others}";
    others_of_row(row) " · others as in row {row}";
    others_at_means() " · others at their means";
    no_other_columns() "there are no other columns";
    component(number, share) "PC{number} ({share})";
    no_numeric_column() "needs a numeric column: there is none";
    not_numeric(name) "\"{name}\" is not numeric";
    expected_plane() "expected one or two different columns, separated by a comma";
    mark_training() "train";
    mark_validation() "val";
    mark_wrong() "wrong";
    mark_shown() "shown";
    mark_prediction() "prediction";
    response_section(axes, largest) "Activation over {axes} · up to ±{largest}";
    collapse_title() "Linear layers collapse";
    collapse_reason() "The hidden activations are linear, a = z, so that one layer gives the same outputs as all of them: more layers add nothing.";
    outputs_sum_to_one() "Outputs are positive and sum to one. The largest z is subtracted first; this leaves the result unchanged and avoids overflow.";
    before() "before";
    part_of_loss() "part of C";
    and_more(rest) "  and {rest} more";
    true_label() "true: ";
    predicted_label() "predicted: ";
    of_class(class) "of {class}";
    over_rows(rows) "Over {rows} row" | "Over {rows} rows";
    from_to(from, to) "from {from} to {to}";
    of_neuron(to) "of {to}";
    frozen() "frozen";
    muted_source(number, layer) "Neuron {number} of layer {layer} is muted: its output is 0, so the gradient is 0, and this weight stays 0 until it is unmuted.";
    muted_target(number, layer) "Neuron {number} of layer {layer} is muted: its outgoing weights are 0, so no error comes back to it. δ is 0, and this value does not change.";
    softmax_jacobian() "Every output depends on every z, so δ sums over all outputs: the error of each times its derivative.";
    jacobian(same, k, other) "{same} if k = {k}, else {other}";
    history_section() "History";
    gradient_section() "Gradient";
    next_update_of(optimizer) "Next update · {optimizer}";
    numeric() " numeric";
    error_matches() " matches";
    error_close() " close";
    error_differs() " differs";
    relative_error() "relative error";
    mean_over_batch(derivative) "mean {derivative} over the mini-batch";
    bias_correction(updates) "bias correction, t = {updates}";
    last_change() "last change";
    update_preview() "Preview of the update at the end of this mini-batch.";
    terms_left_out(rest) "    and {rest} more";
    terms_together(rest) "{rest}, together";
}

/// Says where a number that was typed is wrong.
pub(super) fn mistake(mistake: Mistake) -> String {
    match mistake {
        Mistake::NotANumber => not_a_number().into(),
        Mistake::Sign => sign_is_off().into(),
        Mistake::WholePart => whole_part_is_off().into(),
        Mistake::Decimal(decimal) => decimal_is_off(decimal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_a_singular() {
        assert_eq!([0, 1, 2].map(rows), ["0 rows", "1 row", "2 rows"]);
        assert_eq!(rows_of_set(1, validation()), "1 validation row");
    }
}
