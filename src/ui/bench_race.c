/* view.race: the seven loops against blocked GEMM, as it was measured, on one clock; how far the
 * results are apart, and why; and every convolution of the network as bars. */
#include "session/race.h"
#include "ui/bench.h"

#include "base/text.h"
#include <math.h>

/* --- Words ------------------------------------------------------------------------------------ */

static const char *ms_text(const View *v, double ms) {
    if (v->memory->hide_times)
        return "-";
    return ms >= 1000 ? ui_keep(v, TEXT("%s s", ui_digits(v, ms / 1000, 3)))
                      : ui_keep(v, TEXT("%s ms", ui_digits(v, ms, 3)));
}

static const char *bytes_word(const View *v, double bytes) {
    char text[48];
    return ui_keep(v,
                   bytes_text(text, (NumberStyle){.comma = v->state->comma, .digits = 3}, bytes));
}

static double macs_of(const RaceRow *r) {
    const GemmPlan *p = &r->walk.plan;
    return (double)r->walk.shape.groups * (double)p->m * (double)p->n * (double)p->k;
}

/* "312 GFLOP/s, 71 % of the peak". */
static const char *rate_text(const View *v, const Race *race, double macs, double ms) {
    const double rate = 2 * macs / ms * 1e-6, peak = race_peak(race);
    if (v->memory->hide_times)
        return ui_say(v, "race.rate", "-", "-");
    return ui_say(v, "race.rate", ui_digits(v, rate, 3), ui_percent(v, peak > 0 ? rate / peak : 0));
}

/* --- The clock -------------------------------------------------------------------------------- */

/* Where the replay is: so many ms of the race, of which it takes `slower` times as long. */
typedef struct Replay {
    double at, all, slower;
    bool over;
} Replay;

static Replay replay_of(const View *v, const Race *race, const RaceRow *r) {
    enum { LEAST = 4000, MOST = 10000 };
    UiMemory *m = v->memory;
    const uint64_t serial = race_progress(race)->serial;
    if (m->race.serial != serial || m->race.replays != v->place->race_replays) {
        m->race.serial = serial;
        m->race.replays = v->place->race_replays;
        m->race.started = v->now;
    }
    Replay p = {.all = fmax(r->naive_ms, r->gemm_ms)};
    p.slower = fmin(fmax(p.all, LEAST), MOST) / p.all;
    p.at = (v->now - m->race.started) / p.slower;
    p.over = p.at >= p.all || v->state->still || m->hide_times;
    p.at = p.over ? p.all : p.at;
    m->animating = m->animating || !p.over;
    return p;
}

/* --- Lanes ------------------------------------------------------------------------------------ */

/* How many columns of C (outputs of a map, in reading order) are final in a map when the blocked
 * product is at a step; approximately, as to the rows within a part. */
static int64_t columns_done(const GemmWalk *w, const GemmPlace *at, int64_t channel) {
    const int64_t group = channel / w->plan.m, row = channel % w->plan.m;
    if (group != at->group)
        return group < at->group ? w->plan.n : 0;
    if (row < at->rows.first)
        return at->jc.first + at->jc.count;
    if (row >= at->rows.first + at->rows.count)
        return at->jc.first;
    const bool last = at->pc.first + at->pc.count == w->plan.k;
    return last ? at->jr.first : at->jc.first;
}

/* Outputs of a map that a path has made when it has done that share of its work. */
static int64_t outputs_done(const RaceRow *r, bool gemm, double share, int channel) {
    const GemmWalk *w = &r->walk;
    const double maps = share * (double)w->shape.oc - channel;
    GemmPlace at;
    if (share >= 1)
        return w->plan.n;
    if (!gemm)
        return maps <= 0 ? 0 : maps >= 1 ? w->plan.n : (int64_t)(maps * (double)w->plan.n);
    gemm_walk_at(w, (int64_t)(share * (double)w->steps), &at);
    return columns_done(w, &at, channel);
}

/* What of a map is not there yet is covered. */
static void cover(const View *v, Rect map, const ConvShape *s, int64_t outputs) {
    const int rows = (int)(outputs / s->ow), columns = (int)(outputs % s->ow);
    const int top = map.y + map.h * rows / (int)s->oh;
    if (rows >= s->oh)
        return;
    const int next = map.y + map.h * (rows + 1) / (int)s->oh;
    const int x = map.x + map.w * columns / (int)s->ow;
    draw_fill(v->list, (Rect){x, top, map.x + map.w - x, next - top}, v->theme->raised);
    draw_fill(v->list, (Rect){map.x, next, map.w, map.y + map.h - next}, v->theme->raised);
}

static void draw_maps(const View *v, Rect box, const RaceRow *r, bool gemm, double share) {
    enum { MAPS_MOST = 24, GAP = 3 };
    const ConvShape *s = &r->walk.shape;
    const int side = rect_least(box.h, ui_px(v, 120));
    int count = (box.w + GAP) / (side + GAP);
    count = count > MAPS_MOST ? MAPS_MOST : count > s->oc ? (int)s->oc : count;
    for (int i = 0; i < count; i++) {
        const int channel = (int)(i * s->oc / count);
        const Rect place = {box.x + i * (side + GAP), box.y + (box.h - side) / 2, side, side};
        const Rect map = ui_fit(place, (int)s->ow, (int)s->oh, true);
        ui_map(v, map, r->node, channel);
        cover(v, map, s, outputs_done(r, gemm, share, channel));
    }
}

static void draw_lane(const View *v, Rect box, const Race *race, const RaceRow *r, bool gemm,
                      const Replay *replay) {
    const double ms = gemm ? r->gemm_ms : r->naive_ms;
    const double share = replay->at >= ms ? 1 : replay->at / ms;
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    draw_region(v->list, box, NULL, gemm ? "race.gemm" : "race.naive");
    draw_hint(v->list, ui_word(v, gemm ? "race.gemm_hint" : "race.naive_hint"));
    Rect top = rect_cut_top(&box, ui_line(v, SIZE_HEAD));
    const TextStyle head = ui_style(v, SIZE_HEAD, gemm ? TONE_ACCENT : TONE_TEXT, ALIGN_LEFT);
    const TextStyle time = ui_mono(v, SIZE_HEAD, gemm ? TONE_ACCENT : TONE_TEXT, ALIGN_RIGHT);
    const char *taken = ms_text(v, share < 1 ? replay->at : ms);
    draw_text(v->list, rect_cut_right(&top, ui_px(v, 160)), time, taken);
    draw_text(v->list, top, head, ui_word(v, gemm ? "race.gemm" : "race.naive"));
    Rect figures = rect_cut_top(&box, ui_line(v, SIZE_SMALL));
    draw_text(v->list, figures, dim,
              ui_keep(v, TEXT("%s;  %s", rate_text(v, race, macs_of(r), ms),
                              ui_say(v, "race.bytes",
                                     bytes_word(v, gemm ? r->bytes.gemm : r->bytes.naive)))));
    rect_cut_top(&box, SPACE(v) / 4);
    Rect track = rect_cut_top(&box, ui_px(v, 8));
    draw_fill(v->list, track, v->theme->raised);
    track.w = (int)lround(track.w * share);
    draw_fill(v->list, track, gemm ? v->theme->accent : v->theme->bar);
    rect_cut_top(&box, SPACE(v) / 2);
    draw_maps(v, box, r, gemm, share);
}

/* --- What it says ----------------------------------------------------------------------------- */

static const char *clock_text(const View *v, const Replay *p) {
    if (v->memory->hide_times)
        return ui_say(v, "race.clock", "-");
    const char *at = ms_text(v, p->at);
    if (p->over)
        return ui_say(v, "race.clock", at);
    return p->slower >= 1 ? ui_say(v, "race.slower", at, ui_digits(v, p->slower, 2))
                          : ui_say(v, "race.faster", at, ui_digits(v, 1 / p->slower, 2));
}

static const char *difference_text(const View *v, const RaceRow *r) {
    const double apart = fabs((double)r->naive - (double)r->gemm);
    if (apart == 0)
        return ui_word(v, "race.same");
    return ui_say(v, "race.apart", ui_digits(v, apart, 2), TEXT("%d", r->channel), TEXT("%d", r->y),
                  TEXT("%d", r->x), ui_digits(v, (double)r->naive, 8),
                  ui_digits(v, (double)r->gemm, 8));
}

static const char *reason_text(const View *v, const RaceRow *r) {
    const GemmPlan *p = &r->walk.plan;
    return ui_say(v, r->walk.tier == CPU_REF ? "race.reason_ref" : "race.reason", ui_count(v, p->k),
                  TEXT("%d", p->blocks.kc), ui_digits(v, r->chance, 2),
                  ui_count(v, r->walk.shape.groups * p->m * p->n));
}

static void draw_words(const View *v, Rect *box, const Race *race, const RaceRow *r) {
    const TextStyle text = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const char *peak = v->memory->hide_times ? "-" : ui_digits(v, race_peak(race), 3);
    const char *all[] = {difference_text(v, r), reason_text(v, r),
                         ui_say(v, "race.peak", peak,
                                TEXT("%d", pool_threads(run_pool(scene_run(v->session->scene)))),
                                bytes_word(v, r->bytes.least))};
    int height = 0;
    for (int i = 0; i < 3; i++)
        height +=
            draw_paragraph_height(v->list, box->w, i ? dim : text, ui_line(v, SIZE_SMALL), all[i]);
    Rect words = rect_cut_bottom(box, height);
    draw_region(v->list, words, NULL, "race.words");
    for (int i = 0; i < 3; i++)
        ui_paragraph(v, &words, i ? dim : text, 6, all[i]);
    rect_cut_bottom(box, SPACE(v) / 2);
}

static void draw_one(const View *v, Rect box, const Race *race) {
    const RaceRow *r = race_row(race, 0);
    const Replay replay = replay_of(v, race, r);
    draw_words(v, &box, race, r);
    Rect clock = rect_cut_top(&box, ui_line(v, SIZE_BODY));
    const char *times = v->memory->hide_times ? "-" : ui_digits(v, r->naive_ms / r->gemm_ms, 3);
    const TextStyle left = ui_style(v, SIZE_BODY, TONE_DIM, ALIGN_LEFT);
    if (replay.over) {
        const TextStyle style = ui_style(v, SIZE_BODY, TONE_TEXT, ALIGN_RIGHT);
        const char *won = ui_say(v, "race.won", times);
        draw_text(v->list, rect_cut_right(&clock, draw_text_width(v->list, style, won)), style,
                  won);
    }
    draw_text(v->list, clock, left, clock_text(v, &replay));
    Rect first = rect_cut_top(&box, (box.h - SPACE(v) / 2) / 2);
    rect_cut_top(&box, SPACE(v) / 2 + (box.h - SPACE(v) / 2 - first.h));
    draw_lane(v, first, race, r, false, &replay);
    draw_lane(v, box, race, r, true, &replay);
}

/* --- The whole network ------------------------------------------------------------------------ */

enum { DECADES_LEAST = 2 };

/* Logarithmic: from 10^low ms at the bottom to 10^high. */
typedef struct Scale {
    int low, high;
} Scale;

static Scale scale_of(const Race *race) {
    double least = 1e300, most = 0;
    for (int i = 0; i < race_rows(race); i++) {
        const RaceRow *r = race_row(race, i);
        least = r ? fmin(least, r->gemm_ms) : least;
        most = r ? fmax(most, fmax(r->gemm_ms, r->naive_ms)) : most;
    }
    Scale s = {-2, 2};
    if (most > 0)
        s = (Scale){(int)floor(log10(least)), (int)ceil(log10(most))};
    s.high = s.high < s.low + DECADES_LEAST ? s.low + DECADES_LEAST : s.high;
    return s;
}

static int height_of(const Scale *s, int height, double ms) {
    const double share = (log10(ms) - s->low) / (s->high - s->low);
    const int h = (int)lround(height * share);
    return h < 1 ? 1 : h;
}

static void draw_scale(const View *v, Rect axis, Rect box, const Scale *s) {
    const TextStyle dim = ui_mono(v, SIZE_SMALL, TONE_DIM, ALIGN_RIGHT);
    const int line = ui_line(v, SIZE_SMALL);
    for (int d = s->low; d <= s->high; d++) {
        const int y = box.y + box.h - box.h * (d - s->low) / (s->high - s->low);
        draw_line(v->list, box.x, y, box.x + box.w, y, v->theme->line);
        draw_text(v->list, (Rect){axis.x, y - line / 2, axis.w, line}, dim,
                  v->memory->hide_times ? "-" : ms_text(v, pow(10, d)));
    }
}

static const char *row_hint(const View *v, const RaceRow *r) {
    const char *naive = r->naive_ms < 0 ? ui_word(v, "race.left_out") : ms_text(v, r->naive_ms);
    return ui_say(v, "race.row", ui_label(v, r->node), naive, ms_text(v, r->gemm_ms));
}

static void draw_bars(const View *v, Rect column, const Scale *s, const RaceRow *r) {
    const int pad = column.w > 8 ? 2 : column.w > 3 ? 1 : 0;
    draw_region(v->list, column, TEXT("layer.select %s", v->graph->nodes[r->node].name),
                "race.row.%s", v->graph->nodes[r->node].name);
    draw_hint(v->list, row_hint(v, r));
    if (v->memory->hide_times)
        return;
    Rect place = rect_inset(column, pad, 0);
    const int wide = place.w > 1 ? place.w / 2 : 1;
    const int naive = r->naive_ms < 0 ? 0 : height_of(s, place.h, r->naive_ms);
    const int gemm = height_of(s, place.h, r->gemm_ms);
    draw_fill(v->list, (Rect){place.x, place.y + place.h - naive, wide, naive}, v->theme->bar);
    draw_fill(v->list, (Rect){place.x + wide, place.y + place.h - gemm, wide, gemm},
              v->theme->accent);
    if (r->node == v->node || ui_hovers(v, column))
        draw_frame(v->list, column, v->theme->hover);
}

typedef struct Totals {
    double gemm, naive, macs, naive_macs, both; /* both: GEMM's time where the loops' is known */
    int rows, naive_rows;
} Totals;

static Totals totals_of(const Race *race) {
    Totals t = {.rows = 0};
    for (int i = 0; i < race_rows(race); i++) {
        const RaceRow *r = race_row(race, i);
        if (!r)
            break;
        t.rows++;
        t.gemm += r->gemm_ms;
        t.macs += macs_of(r);
        if (r->naive_ms < 0)
            continue;
        t.naive_rows++;
        t.naive += r->naive_ms;
        t.naive_macs += macs_of(r);
        t.both += r->gemm_ms;
    }
    return t;
}

static void draw_key(const View *v, Rect *row, Color color, const char *text) {
    const TextStyle style = ui_style(v, SIZE_SMALL, TONE_TEXT, ALIGN_LEFT);
    const int side = ui_px(v, 10);
    Rect box = rect_cut_left(row, side);
    draw_fill(v->list, (Rect){box.x, box.y + (box.h - side) / 2, side, side}, color);
    rect_cut_left(row, SPACE(v) / 2);
    rect_cut_left(row, draw_text(v->list, *row, style, text).w + 2 * SPACE(v));
}

static void draw_all(const View *v, Rect box, const Race *race) {
    const Totals t = totals_of(race);
    const TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    const int rows = race_rows(race);
    Rect key = rect_cut_top(&box, ui_line(v, SIZE_SMALL));
    draw_key(v, &key, v->theme->bar, ui_word(v, "race.naive"));
    draw_key(v, &key, v->theme->accent, ui_word(v, "race.gemm"));
    draw_key(v, &key, v->theme->line, ui_word(v, "race.logarithmic"));
    const char *words =
        ui_say(v, "race.totals", TEXT("%d", t.rows), TEXT("%d", rows), ms_text(v, t.gemm),
               TEXT("%d", t.naive_rows), ms_text(v, t.naive), ms_text(v, t.both));
    const char *left_out =
        t.naive_rows < t.rows
            ? ui_say(v, "race.limit", ui_count(v, (int64_t)(race_naive_macs_most() * 1e-6)))
            : "";
    const char *said = ui_keep(v, TEXT("%s %s", words, left_out));
    const int height = draw_paragraph_height(v->list, box.w, dim, ui_line(v, SIZE_SMALL), said);
    Rect below = rect_cut_bottom(&box, height);
    draw_region(v->list, below, NULL, "race.totals");
    ui_paragraph(v, &below, dim, 6, said);
    box = rect_inset(box, 0, SPACE(v));
    const Scale s = scale_of(race);
    Rect axis = rect_cut_left(&box, ui_px(v, 64));
    rect_cut_left(&box, SPACE(v) / 2);
    draw_scale(v, axis, box, &s);
    for (int i = 0; i < rows; i++)
        if (race_row(race, i))
            draw_bars(v, ui_cell(box, rows, 1, 0, i), &s, race_row(race, i));
}

/* --- The bench -------------------------------------------------------------------------------- */

static void draw_controls(const View *v, Rect row) {
    const bool whole = v->place->race_whole;
    const UiButton buttons[] = {
        {ui_word(v, "race.replay"), "race.replay", "race.replay", false, false},
        {ui_word(v, whole ? "race.this_layer" : "race.whole"), "race.whole", "race.whole", whole,
         false},
    };
    ui_buttons(v, row, whole ? buttons + 1 : buttons, whole ? 1 : 2);
}

void bench_race(const View *v, Rect box) {
    const Race *race = race_of(v->session);
    draw_region(v->list, box, NULL, "view.race");
    const RaceRow *first = race && !race_is_whole(race) ? race_row(race, 0) : NULL;
    if (first)
        ui_heading(v, &box, ui_label(v, first->node), ui_layer_note(v, first->node));
    draw_controls(v, rect_cut_top(&box, ui_px(v, 32)));
    rect_cut_top(&box, SPACE(v) / 2);
    if (!race || (!race_is_whole(race) && !work_done(race_progress(race))) ||
        work_error(race_progress(race))) {
        bench_waits(v, box, race_progress(race), ui_word(v, "race.waiting"));
        return;
    }
    if (race_is_whole(race)) {
        if (!work_at_end(race_progress(race)))
            ui_progress(v, rect_cut_top(&box, ui_px(v, 4)), work_fraction(race_progress(race)));
        draw_all(v, box, race);
    } else {
        draw_one(v, box, race);
    }
}
