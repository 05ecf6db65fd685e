//! Messages of the footer, and the words of typed commands.

use super::texts;

texts! {
    // Size of the screen
    terminal_too_small() "terminal too small";
    size_needed(width, height, have_width, have_height) "need {width}×{height}, have {have_width}×{have_height}";

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
    no_race() "there is no race; e.g. :race lr 0.001 0.01 0.1";
    no_race_regions() "regions are for data with two inputs, such as circles or spiral";
    lane_not_started() "this run has not started yet";
    lane_is_fixed() "a run of a race is not changed; :adopt makes it the main run, esc leads back";
    lanes_in_lockstep() "in lockstep: all runs begin each epoch together";
    lanes_are_free() "free: each run trains as fast as it can";
    lane_adopted() "this run is the main one now, and the race is over; the one before is a ghost";
    adopt_main() "this is the main run; choose another one in the race";
    race_waits() "the race waits; space: train";
    race_anew(name) "runs with another {name} start anew: :race {name} …";
    too_many_lanes(max) "a race has at most {max} runs beside the main one; :race stop ends it";
    expected_race() "a setting and its values, such as lr 0.001 0.01 0.1, or stop";
    lanes_need_present() "an earlier moment is shown: return to the present (:rewind now), or continue from here first";
    open_race_first() "open the race first: :race";
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
    recovered(rate) "last good weights restored · learning rate {rate}";
    recovered_at_limit(rate) "last good weights restored · learning rate {rate} · the limit is reached · space: train on";
    limit_lifted() "training goes on beyond the limit, until paused";
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
    script_saved(path, size) "saved script {path} ({size}): run it with python3 or torchrun";
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
    recovery_stays() "nothing to undo: the weights before t had diverged; + raises the learning rate again";
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
    kind_command() "command";
    kind_input() "input";
    ambiguous(name, names) "\"{name}\" is ambiguous: {names}";
    unknown(kind, name) "unknown {kind} \"{name}\"";
    tab_lists() " (tab: list)";
    quoted_or() "\" or \"";
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
    expected_moment() "an epoch such as 12, a step such as step 340, or now";
    not_that_far(epoch, step) "the run is at epoch {epoch}, step {step}";
    at_the_start() "this is the start of the run";
    present_is_shown() "this is the present; ( or :rewind shows earlier moments";
    branch_begun(epoch) "a branch from epoch {epoch}; the run before stays as a ghost (z: back to it)";
    back_from_branch(epoch) "back on the run before the branch, epoch {epoch}; the branch stays as a ghost";
}
