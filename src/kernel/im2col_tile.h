/* Packing patches by masked loads, for the file of each tier: what the mask leaves out is not
 * touched, and comes as zero. Comes after its vectors: Vector, Mask, LANES, and
 *
 *     lanes_mask(from, to)   lanes from..to-1 (which may be none, or lie beyond the vector)
 *     load_more(v, mask, p)  v, but lane l of the mask is p[l]
 *     spread_mask(from, to)  the mask by which lanes from..to-1 are loaded from every second float,
 *                            and the same for the vector after it: lanes LANES/2 and more
 *     every_second(a, b)     from two vectors
 *     gather_more(v, mask, p, stride)
 *
 * The rows of a panel are written in order, a filter's row after the other of each channel. */
enum { SOURCES = 64 }; /* runs times columns of the filter at a time */

/* Lanes filled from one row of the picture; lane l at offset + l*SX. */
typedef struct Source {
    int64_t offset;
    Mask mask, high; /* high: for stride 2 */
} Source;

/* One vector of a panel: its runs, and what each sees of `count` of a filter's columns. */
typedef struct Lanes {
    ConvRun runs[LANES];
    int run_count;
    int64_t kx, count;
    Source sources[SOURCES]; /* runs, columns */
} Lanes;

static void find_runs(const ConvShape *s, ConvCursor *at, int64_t lanes, Lanes *l) {
    l->run_count = 0;
    for (int64_t lane = 0; lane < lanes; lane = l->runs[l->run_count++].end)
        l->runs[l->run_count] = conv_run(s, at, lane, lanes);
}

static void find_sources(const ConvShape *s, int64_t kx, Lanes *l) {
    const int64_t most = SOURCES / l->run_count, left = s->kw - kx;
    l->kx = kx;
    l->count = left < most ? left : most;
    for (int r = 0; r < l->run_count; r++)
        for (int64_t i = 0; i < l->count; i++) {
            int64_t from, to;
            conv_run_lanes(s, &l->runs[r], kx + i, &from, &to);
            Source *source = &l->sources[r * l->count + i];
            source->offset = l->runs[r].start + (kx + i) * s->dx;
            if (s->sx == 2)
                spread_mask(from, to, &source->mask, &source->high);
            else
                source->mask = lanes_mask(from, to);
        }
}

/* The vectors of columns from..to-1 (of count) of a filter's row, from the runs `used`. */
static inline __attribute__((always_inline)) void fill(const Lanes *l, const int *used,
                                                       const int used_count, const float *x,
                                                       const int stride, int64_t sx, int64_t from,
                                                       int64_t to, float *panel, int nr) {
    for (int64_t i = from; i < to; i++, panel += nr) {
        Vector v = zero(), high = v;
        for (int u = 0; u < used_count; u++) {
            const Source *source = &l->sources[used[u] * l->count + i];
            const float *p = x + source->offset;
            if (stride == 0)
                v = gather_more(v, source->mask, p, sx);
            else
                v = load_more(v, source->mask, p);
            if (stride == 2)
                high = load_more(high, source->high, p + LANES);
        }
        store(panel, stride == 2 ? every_second(v, high) : v);
    }
}

static void fill_any(const Lanes *l, const int *used, int count, const float *x, int64_t sx,
                     int64_t from, int64_t to, float *panel, int nr) {
    if (sx == 1 && count == 1)
        fill(l, used, 1, x, 1, 1, from, to, panel, nr);
    else if (sx == 1 && count == 2)
        fill(l, used, 2, x, 1, 1, from, to, panel, nr);
    else if (sx == 1)
        fill(l, used, count, x, 1, 1, from, to, panel, nr);
    else if (sx == 2)
        fill(l, used, count, x, 2, 2, from, to, panel, nr);
    else
        fill(l, used, count, x, 0, sx, from, to, panel, nr);
}

/* Rows k0..k0+kc-1 of one vector of a panel, as far as they are columns l->kx.. of the filter. */
static void fill_lanes(const ConvPatches *p, const Lanes *l, int64_t k0, int64_t kc, float *panel,
                       int nr) {
    const ConvShape *s = p->shape;
    const int64_t taps = s->kh * s->kw, ic0 = k0 / taps, ic1 = (k0 + kc - 1) / taps;
    for (int64_t ky = 0; ky < s->kh; ky++) {
        int used[LANES], count = 0;
        for (int r = 0; r < l->run_count; r++)
            if (conv_run_row(s, &l->runs[r], ky))
                used[count++] = r;
        /* Rows of channel 0, counted from the panel's first. */
        const int64_t first = ky * s->kw + l->kx - k0;
        const float *x = p->x + ky * s->dy * s->iw;
        for (int64_t ic = ic0; ic <= ic1; ic++) {
            const int64_t row = first + ic * taps, left = kc - row;
            fill_any(l, used, count, x + ic * s->ih * s->iw, s->sx, row < 0 ? -row : 0,
                     left < l->count ? left : l->count, panel + (row < 0 ? 0 : row) * nr, nr);
        }
    }
}

static void pack_patches(const ConvPatches *p, int64_t k0, int64_t kc, int64_t n0, int64_t nc,
                         int nr, float *panel) {
    const ConvShape *s = p->shape;
    ConvCursor at = conv_cursor(s, n0);
    Lanes l;
    for (int v = 0; v < nr; v += LANES) {
        find_runs(s, &at, nc - v < LANES ? nc - v : LANES, &l);
        for (int64_t kx = 0; kx < s->kw; kx += l.count) {
            find_sources(s, kx, &l);
            fill_lanes(p, &l, k0, kc, panel + v, nr);
        }
    }
}
