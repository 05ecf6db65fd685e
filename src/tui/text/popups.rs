//! Popups: confirmations, help, menu, sliders, and checks before training.

use super::texts;

texts! {
    // Popups
    commands_title() "commands (tab: complete)";
    seconds(seconds) "{seconds} s";
    minutes(minutes) "{minutes} min";
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
    sentences(first, second) "{first} {second}";
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
    worst_parameter() "worst";
    keys_title() "Keys (/: search · tab: commands)";
    commands_help_title() "Commands (/: search · tab: messages · : to type one)";
    messages_title() "Messages (tab: keys)";
    no_messages() "no messages yet";
    search_title() "Search (esc: all)";
    settings_title() "Settings";
    save_title() "Save model";
    save_hint(extensions) "{extensions} · tab: complete · esc: cancel";
    save_current(epoch) "current weights (epoch {epoch})";
    save_best(epoch, epochs) "best epoch {epoch} of {epochs}";
    save_current_hint(current, best) "{current} · ↑ ↓: {best}";
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

    // Learning-rate finder and pre-flight checks
    rates_title() "Learning-rate finder";
    rates_running() "Training a copy of the network, with a higher learning rate at every step…";
    cancel_task_key() "esc: cancel";
    rate_suggested(rate, now) "Suggestion: {rate} (now {now}), a tenth of the rate with the lowest loss.";
    no_rate_suggested(now) "The loss falls clearly at none of these rates; it stays at {now}.";
    rates_keys() "enter: apply · esc: close";
    head_rate() "learning rate";
    expected_lr() "lr";
    preflight_title() "Pre-flight checks";
    preflight_running(check, all) "check {check} of {all} is running…";
    preflight_check(name) "{name}: ";
    preflight_passed() "All checks passed.";
    preflight_failed(count) "{count} check failed." | "{count} checks failed.";
}
