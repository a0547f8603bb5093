#include "session/exporting.h"
#include "session/perform.h"

#include "base/text.h"
#include <string.h>

/* --- Pictures of the screen ------------------------------------------------------------------- */

/* Without a name beside what is there. */
static bool save_screen(Session *s, const char *argument, Error *err) {
    char path[FILE_PATH_MAX];
    if (!s->screen.export_view)
        return error_set(err, ERROR_UNSUPPORTED, "export.view", "there is no view");
    const bool bare = argument[0] && !file_extension(argument)[0];
    if (!exporting_name(s, bare ? TEXT("%s.png", argument) : argument, ".png", path, err))
        return false;
    s->notice[0] = '\0'; /* what was told of the picture before is no part of this one */
    if (!s->screen.export_view(s->screen.context, path, err))
        return false;
    session_notice(s, "notice.wrote", path);
    return true;
}

PERFORM(export_view) {
    return save_screen(s, argument, err);
}

/* What is large, by itself. */
PERFORM(export_zone) {
    const bool alone = s->state.alone;
    s->state.alone = true;
    const bool ok = save_screen(s, argument, err);
    s->state.alone = alone;
    return ok;
}

PERFORM(export_scale_set) {
    return perform_number(argument, "export.scale", 1, 4, &s->state.export_scale, err);
}

PERFORM(alone_set) {
    return perform_field(s, "alone", argument, err);
}

/* --- Sheets ----------------------------------------------------------------------------------- */

const char *refuse_without_layer(const Session *s) {
    return !s->scene ? "refuse.no_network" : s->state.place.node < 0 ? "refuse.no_layer" : NULL;
}

const char *refuse_without_export(const Session *s) {
    return s->exporting ? NULL : "refuse.no_export";
}

static bool begin(Session *s, int node, const char *argument, Error *err) {
    char folder[FILE_PATH_MAX];
    if (s->exporting)
        return error_set(err, ERROR_BAD, "sheets are being written already: Esc ends that");
    if (!exporting_name(s, argument, "", folder, err))
        return false;
    s->notice[0] = '\0';
    s->exporting = exporting_new(s, node, folder, err);
    return s->exporting != NULL;
}

PERFORM(export_maps) {
    return begin(s, s->state.place.node, argument, err);
}

PERFORM(export_layers) {
    return begin(s, GRAPH_FAILED, argument, err);
}

static void tell_of(Session *s, const char *key) {
    char text[FILE_PATH_MAX + 40];
    text_format(text, sizeof text, "%s", exporting_folder(s->exporting));
    session_notice(s, key, text);
    work_release(s->exporting);
    s->exporting = NULL;
}

PERFORM(export_cancel) {
    (void)argument, (void)err;
    job_cancel(s->jobs);
    tell_of(s, "notice.export_ended");
    return true;
}

/* Posted when it is at its end. */
PERFORM(job_exported) {
    (void)argument, (void)err;
    if (!s->exporting || !work_at_end(s->exporting))
        return true;
    if (work_done(s->exporting)) {
        tell_of(s, "notice.wrote");
        return true;
    }
    s->banner = *work_error(s->exporting);
    work_release(s->exporting);
    s->exporting = NULL;
    return true;
}
