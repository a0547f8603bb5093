#include "ui/layout.h"

#include <math.h>

static int part(int whole, double share) {
    return (int)lround(whole * share);
}

/* Heights of the network's zone, and widths of the three below it, by depth. */
typedef struct Shares {
    double network, panels, right;
} Shares;

static Shares shares_of(const LayoutWish *wish) {
    static const Shares plain[DEPTHS] = {
        {0.50, 0.20, 0.32}, {0.27, 0.20, 0.34}, {0.20, 0.15, 0.62}};
    /* In the hall two zones at a time. */
    static const Shares hall[DEPTHS] = {{0.56, 0, 0.42}, {0, 0, 0.40}, {0, 0, 0.66}};
    Shares s = wish->big ? hall[wish->depth] : plain[wish->depth];
    if (wish->bench)
        return (Shares){wish->bench_network && !wish->big ? 0.2 : 0, 0, 0};
    if (wish->opened && wish->depth == DEPTH_NETWORK)
        s.network = 0.64;
    return s;
}

Layout layout_make(int width, int height, const LayoutWish *wish) {
    Layout l = {.zone[ZONE_BAR] = {0, 0, 0, 0}};
    Rect rest = {0, 0, width, height};
    enum { LITTLE = 500 };
    Shares s = shares_of(wish);
    const int gap = part(8, wish->scale);
    l.zone[ZONE_BAR] = rect_cut_top(&rest, part(44, wish->scale));
    l.zone[ZONE_BANNER] = rect_cut_top(&rest, wish->banner);
    l.zone[ZONE_FOOTER] = rect_cut_bottom(&rest, wish->footer);
    l.zone[ZONE_LESSON] = rect_cut_bottom(&rest, wish->lesson);
    rest = rect_inset(rest, gap, 0);
    rect_cut_top(&rest, gap);
    rect_cut_bottom(&rest, gap);
    if (wish->bench && rest.h < LITTLE) /* all of it for the bench */
        s.network = 0;
    if (wish->alone) {
        static const Zone large[DEPTHS] = {ZONE_NETWORK, ZONE_LAYER, ZONE_RIGHT};
        l.zone[wish->bench ? ZONE_BENCH : wish->right ? ZONE_RIGHT : large[wish->depth]] = rest;
        return l;
    }
    if (s.network > 0) {
        l.zone[ZONE_NETWORK] = rect_cut_top(&rest, part(rest.h, s.network));
        rect_cut_top(&rest, gap);
    }
    if (wish->bench) {
        l.zone[ZONE_BENCH] = rest;
        return l;
    }
    const int all = rest.w;
    if (s.panels > 0) {
        l.zone[ZONE_PANELS] = rect_cut_left(&rest, part(all, s.panels));
        rect_cut_left(&rest, gap);
    }
    l.zone[ZONE_RIGHT] = rect_cut_right(&rest, part(all, s.right));
    rect_cut_right(&rest, gap);
    l.zone[ZONE_LAYER] = rest;
    return l;
}

int layout_room(const Layout *l) {
    const Rect banner = l->zone[ZONE_BANNER], lesson = l->zone[ZONE_LESSON];
    return (lesson.h > 0 ? lesson.y : l->zone[ZONE_FOOTER].y) - banner.y - banner.h;
}

static int between(int a, int b, double share) {
    return a + part(b - a, share);
}

Layout layout_between(const Layout *from, const Layout *to, double share) {
    Layout l;
    for (int i = 0; i < ZONES; i++) {
        const Rect a = from->zone[i], b = to->zone[i];
        l.zone[i] = (Rect){between(a.x, b.x, share), between(a.y, b.y, share),
                           between(a.w, b.w, share), between(a.h, b.h, share)};
    }
    return l;
}
