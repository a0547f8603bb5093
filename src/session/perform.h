/* What the rows of the table do, by theme; for action.c alone. */
#ifndef SESSION_PERFORM_H
#define SESSION_PERFORM_H

#include "session/action.h"

#define PERFORM(name) bool name(Session *s, const char *argument, Error *err)

/* Help for them. */
const char *refuse_without_scene(const Session *s); /* for Action.refuses */
bool perform_number(const char *argument, const char *what, long least, long most, int *out,
                    Error *err);
/* Up to `most` whole numbers separated by spaces; their count, -1 on error. */
int perform_numbers(const char *argument, const char *what, int *out, int most, Error *err);
/* The field of that name (session/state.h) from the argument; "" takes its next choice. */
bool perform_field(Session *s, const char *field, const char *argument, Error *err);

/* perform_walk.c: layers, channels, maps, cells */
PERFORM(layer_next);
PERFORM(layer_prev);
PERFORM(layer_first);
PERFORM(layer_last);
PERFORM(layer_skip);
PERFORM(layer_select);
PERFORM(channel_next);
PERFORM(channel_prev);
PERFORM(channel_skip);
PERFORM(channel_select);
PERFORM(channel_rank);
PERFORM(page_next);
PERFORM(page_prev);
PERFORM(maps_more);
PERFORM(maps_fewer);
PERFORM(unit_select);
PERFORM(unit_move);
PERFORM(unit_left);
PERFORM(unit_right);
PERFORM(unit_up);
PERFORM(unit_down);
PERFORM(unit_max);
PERFORM(unit_settle);
PERFORM(hover_node);
PERFORM(hover_cell);
PERFORM(hover_none);
/* perform_depth.c: into things and back, step by step, undo */
PERFORM(depth_set);
PERFORM(deeper);
PERFORM(back);
PERFORM(step_mac);
PERFORM(step_back);
PERFORM(step_begin);
PERFORM(step_all);
PERFORM(play_step);
PERFORM(terms_next);
PERFORM(terms_prev);
PERFORM(block_open);
PERFORM(block_unfold);
PERFORM(blocks_close);
PERFORM(network_zoom);
PERFORM(network_in);
PERFORM(network_out);
PERFORM(network_fit);
PERFORM(network_pan);
PERFORM(class_select);
PERFORM(undo);
PERFORM(redo);
/* perform_open.c: networks, pictures, weights, bookmarks, what the thread has done */
PERFORM(model_open);
PERFORM(model_trained);
PERFORM(weights_open);
PERFORM(image_open);
PERFORM(image_next);
PERFORM(image_prev);
PERFORM(state_go);
PERFORM(bookmark_set);
PERFORM(bookmark_go);
PERFORM(run_to_end);
PERFORM(cancel);
PERFORM(job_end);
/* perform_explain.c: what a unit sees, the way down, what is pinned */
const char *refuse_without_way(const Session *s);
const char *refuse_without_tip(const Session *s);
const char *refuse_to_pin(const Session *s);
PERFORM(explain_set);
PERFORM(explain_start);
PERFORM(explain_switches);
PERFORM(explain_scale);
PERFORM(explain_other);
PERFORM(explain_down);
PERFORM(explain_up);
PERFORM(explain_whole);
PERFORM(explain_stage);
PERFORM(explain_pin);
/* perform_bench.c: the workbench */
PERFORM(bench_set);
/* perform_algorithm.c: the walk through a convolution, the race */
const char *refuse_without_walk(const Session *s);
const char *refuse_without_race(const Session *s);
PERFORM(algorithm_step);
PERFORM(algorithm_back);
PERFORM(algorithm_by);
PERFORM(algorithm_pixel);
PERFORM(algorithm_begin);
PERFORM(algorithm_end);
PERFORM(race_replay);
PERFORM(race_whole);
/* perform_trial.c: a layer played with */
PERFORM(trial_set);
PERFORM(trial_param);
PERFORM(trial_up);
PERFORM(trial_down);
PERFORM(trial_left);
PERFORM(trial_right);
PERFORM(trial_more);
PERFORM(trial_less);
PERFORM(trial_preset);
PERFORM(trial_source);
PERFORM(trial_input);
PERFORM(trial_cell);
PERFORM(trial_value);
PERFORM(trial_off);
PERFORM(trial_patch);
PERFORM(trial_reset);
/* perform_lab.c: residual, dense and inception blocks; the table of networks */
const char *refuse_outside_lab(const Session *s);
const char *refuse_outside_residual(const Session *s);
const char *refuse_outside_dense(const Session *s);
const char *refuse_outside_families(const Session *s);
PERFORM(lab_next);
PERFORM(lab_prev);
PERFORM(lab_choose);
PERFORM(residual_remove);
PERFORM(residual_restore);
PERFORM(residual_channel);
PERFORM(residual_channel_next);
PERFORM(residual_channel_prev);
PERFORM(dense_layer);
PERFORM(dense_layer_next);
PERFORM(dense_layer_prev);
PERFORM(families_sort);
PERFORM(families_reverse);
PERFORM(families_view);
PERFORM(families_time);
PERFORM(families_open);
/* perform_panes.c: two panes */
const char *refuse_outside_panes(const Session *s);
PERFORM(panes_kind);
PERFORM(panes_model);
PERFORM(panes_seed);
PERFORM(panes_subtract);
/* perform_canvas.c: two drawings */
const char *refuse_outside_canvas(const Session *s);
PERFORM(canvas_pen);
PERFORM(canvas_draw);
PERFORM(canvas_left);
PERFORM(canvas_right);
PERFORM(canvas_up);
PERFORM(canvas_down);
PERFORM(canvas_press);
PERFORM(canvas_choose);
PERFORM(canvas_eraser);
PERFORM(canvas_fitted);
PERFORM(canvas_thicker);
PERFORM(canvas_thinner);
PERFORM(canvas_clear);
PERFORM(canvas_copy);
PERFORM(canvas_invert);
PERFORM(canvas_picture);
PERFORM(canvas_use);
/* perform_training.c: a LeNet that learns */
const char *refuse_outside_training(const Session *s);
PERFORM(training_run);
PERFORM(training_batch);
PERFORM(training_epoch);
PERFORM(training_reset);
PERFORM(training_rate);
PERFORM(training_faster);
PERFORM(training_slower);
PERFORM(training_activation);
PERFORM(training_pooling);
PERFORM(training_view);
PERFORM(training_data);
PERFORM(training_use);
/* perform_prediction.c: predict first */
PERFORM(prediction_hide);
PERFORM(prediction_reveal);
PERFORM(prediction_guess);
/* perform_export.c: pictures of what is seen, sheets */
const char *refuse_without_layer(const Session *s);
const char *refuse_without_export(const Session *s);
PERFORM(export_view);
PERFORM(export_zone);
PERFORM(export_maps);
PERFORM(export_layers);
PERFORM(export_scale_set);
PERFORM(export_cancel);
PERFORM(job_exported);
PERFORM(alone_set);
/* perform_lesson.c: a lesson underway */
PERFORM(lesson_open);
PERFORM(lesson_next);
PERFORM(lesson_back);
PERFORM(lesson_go);
PERFORM(lesson_answer);
PERFORM(lesson_reveal);
PERFORM(lesson_close);
/* perform_look.c: how it looks, overlays, the clipboard */
PERFORM(colors_set);
PERFORM(range_set);
PERFORM(sort_set);
PERFORM(heat_set);
PERFORM(terms_set);
PERFORM(logits_set);
PERFORM(theme_set);
PERFORM(language_set);
PERFORM(comma_set);
PERFORM(big_set);
PERFORM(still_set);
PERFORM(fullscreen_set);
PERFORM(display_set);
PERFORM(blank_set);
PERFORM(playing_set);
PERFORM(speed_set);
PERFORM(speed_up);
PERFORM(speed_down);
PERFORM(text_larger);
PERFORM(text_smaller);
PERFORM(text_normal);
PERFORM(overlay_help);
PERFORM(overlay_palette);
PERFORM(overlay_export);
PERFORM(overlay_models);
PERFORM(overlay_images);
PERFORM(overlay_lessons);
PERFORM(overlay_welcome);
PERFORM(tips_next);
PERFORM(tips_set);
PERFORM(overlay_close);
PERFORM(type_text);
PERFORM(type_erase);
PERFORM(choice_next);
PERFORM(choice_prev);
PERFORM(choice_take);
PERFORM(copy_view);
PERFORM(copy_state);
PERFORM(nothing);
PERFORM(quit);

#endif
