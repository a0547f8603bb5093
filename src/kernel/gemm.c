#include "kernel/gemm.h"

#include "kernel/deal.h"
#include "kernel/gemm_tiers.h"
#include <assert.h>
#include <string.h>

enum {
    GROUP = 4,            /* depth of a packed block is a multiple */
    LINE = 16,            /* floats in a cache line */
    TASK_WORK = 1 << 20,  /* multiply-adds worth handing to another thread */
    TASKS_PER_THREAD = 3, /* so that a thread that is late holds the others up less */
    NARROW = 256,         /* columns of C up to which A is larger than B and comes by once */
    SAME_LINES = 1024     /* floats apart, which fall on the same lines of the cache */
};

const GemmTier *gemm_tier(CpuTier tier) {
#if defined(KERNEL_X86)
    if (tier == CPU_AVX512)
        return &gemm_tier_avx512;
    if (tier == CPU_AVX2)
        return &gemm_tier_avx2;
#endif
    (void)tier;
    return &gemm_tier_ref;
}

GemmBlocks gemm_blocks(CpuTier tier) {
    return gemm_tier(tier)->blocks;
}

void gemm_pack_matrix(const void *matrix, int64_t k0, int64_t kc, int64_t n0, int64_t nc, int nr,
                      float *panel) {
    const GemmMatrix *b = matrix;
    const float *from = b->data + k0 * b->row + n0 * b->col;
    for (int64_t k = 0; k < kc; k++, from += b->row, panel += nr) {
        if (b->col == 1)
            memcpy(panel, from, (size_t)nc * sizeof *panel);
        else
            for (int64_t n = 0; n < nc; n++)
                panel[n] = from[n * b->col];
        memset(panel + nc, 0, (size_t)(nr - nc) * sizeof *panel);
    }
}

/* One sliver of A, [depth/4][rows][4], where rows lie in order of k. */
static void pack_rows(const float *from, int64_t row, int64_t rows, int64_t kc, float *sliver) {
    const int64_t whole = kc / GROUP * GROUP;
    for (int64_t r = 0; r < rows; r++, from += row) {
        float *to = sliver + r * GROUP;
        for (int64_t k = 0; k < whole; k += GROUP, to += rows * GROUP)
            memcpy(to, from + k, GROUP * sizeof *to);
        for (int64_t k = whole; k < round_up(kc, GROUP); k++)
            to[k - whole] = k < kc ? from[k] : 0;
    }
}

static void pack_sliver(const GemmMatrix *a, int64_t m0, int64_t rows, int64_t k0, int64_t kc,
                        float *sliver) {
    const float *from = a->data + m0 * a->row + k0 * a->col;
    if (a->col == 1) {
        pack_rows(from, a->row, rows, kc, sliver);
        return;
    }
    for (int64_t k = 0; k < round_up(kc, GROUP); k += GROUP)
        for (int64_t r = 0; r < rows; r++)
            for (int64_t i = k; i < k + GROUP; i++)
                *sliver++ = i < kc ? from[r * a->row + i * a->col] : 0;
}

/* Four k of a sliver whose rows lie beside each other; zeros from `valid` on. */
static void pack_four(const float *from, int64_t col, int64_t rows, int64_t valid, float *to) {
    if (valid >= GROUP) {
        const float *a = from, *b = a + col, *c = b + col, *d = c + col;
        for (int64_t r = 0; r < rows; r++, to += GROUP) {
            to[0] = a[r];
            to[1] = b[r];
            to[2] = c[r];
            to[3] = d[r];
        }
        return;
    }
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < GROUP; i++)
            *to++ = i < valid ? from[i * col + r] : 0;
}

/* How C is cut: into micro-tiles of about the same number of rows (64 rows by 14 at most are
 * 13+13+13+13+12, as slivers of A need no padding) and panels of nr columns, and these into blocks,
 * each the work of one task. */
typedef struct Grid {
    Deal tiles;      /* rows to micro-tiles */
    Deal row_blocks; /* micro-tiles to blocks */
    Deal col_blocks; /* panels to blocks */
} Grid;

/* Blocks of nc columns, or more to occupy the threads; each extra block down packs B once more,
 * each across A. Affects no sum. */
static Grid choose_grid(const GemmBlocks *b, int rows_max, int64_t m, int64_t n, int64_t k,
                        int64_t items, int threads) {
    assert(rows_max > 0 && b->nr > 0);
    const int64_t tiles = div_up(m, rows_max), panels = div_up(n, b->nr);
    const int64_t cols_min = div_up(panels, b->nc / b->nr);
    int64_t wanted = threads == 1 ? 1 : threads * TASKS_PER_THREAD;
    wanted = div_up(min64(wanted, m * n * k / TASK_WORK * items + 1), items);
    int64_t best = -1, best_cost = 0, best_rows = 1, best_cols = cols_min;
    for (int64_t rows = 1; rows <= tiles; rows++) {
        int64_t cols = min64(div_up(wanted, rows), panels);
        if (cols < cols_min)
            cols = cols_min;
        const int64_t blocks = min64(rows * cols, wanted), cost = cols * m + 2 * rows * n;
        if (blocks > best || (blocks == best && cost < best_cost)) {
            best = blocks;
            best_cost = cost;
            best_rows = rows;
            best_cols = cols;
        }
        if (cols == cols_min && blocks == wanted)
            break;
    }
    return (Grid){deal(m, tiles), deal(tiles, best_rows), deal(panels, best_cols)};
}

/* Slivers tile0..tile1-1 of A, one after the other. Where A lies column by column they grow
 * together, so that it is read in order: by itself each would come back to every line of the cache.
 */
static void pack_slivers(const GemmMatrix *a, const Deal *tiles, int64_t tile0, int64_t tile1,
                         int64_t k0, int64_t kc, float *packed) {
    const int64_t depth = round_up(kc, GROUP), m0 = deal_start(tiles, tile0);
    const bool columns = a->row == 1 && a->col != 1;
    for (int64_t k = 0; columns && k < kc; k += GROUP)
        for (int64_t ir = tile0, m = m0, next; ir < tile1; ir++, m = next) {
            next = deal_start(tiles, ir + 1);
            pack_four(a->data + m + (k0 + k) * a->col, a->col, next - m, kc - k,
                      packed + (m - m0) * depth + k * (next - m));
        }
    for (int64_t ir = tile0, m = m0, next; !columns && ir < tile1; ir++, m = next) {
        next = deal_start(tiles, ir + 1);
        pack_sliver(a, m, next - m, k0, kc, packed + (m - m0) * depth);
    }
}

typedef struct Products {
    const KernelContext *ctx;
    const GemmTier *tier;
    int64_t m, n, k;
    bool narrow; /* few panels: they stay in the second-level cache, and parts of A come by */
    bool direct; /* A is not packed */
    Grid grid;
    size_t worker_scratch;
    GemmItem item;
    const void *context;
} Products;

/* A part of A; panels of B, one at a time (with room for those of a narrow C, so that less is never
 * asked for a wider one), or all of a block where several parts of A meet them. */
static size_t scratch_of_a(const GemmBlocks *b, int64_t m, int64_t k) {
    return (size_t)round_up(min64(m, b->mc) * round_up(min64(k, b->kc), GROUP), LINE);
}
static size_t scratch_of_worker(const GemmBlocks *b, int64_t m, int64_t n, int64_t k) {
    const bool one = m <= b->mc && n > NARROW;
    const int64_t columns = one ? NARROW : round_up(min64(n, b->nc), b->nr);
    const int64_t panels = columns * round_up(min64(k, b->kc), GROUP);
    return scratch_of_a(b, m, k) + (size_t)round_up(panels, LINE);
}

/* A panel of B: rows k0..k0+kc-1 and zeros up to the depth, columns n0..n0+nc-1. */
static void pack_panel(const Gemm *g, int64_t k0, int64_t kc, int64_t n0, int64_t nc, int width,
                       float *panel) {
    g->pack_b(g->b, k0, kc, n0, nc, width, panel);
    for (int64_t i = kc * width; i < round_up(kc, GROUP) * width; i++)
        panel[i] = 0;
}

/* The epilogue seen from the corner (m, n) of a tile. */
static GemmEpilogue epilogue_at(const Gemm *g, int64_t m, int64_t n) {
    const GemmEpilogue *e = &g->epilogue;
    return (GemmEpilogue){
        .scale = e->scale ? e->scale + m : NULL,
        .shift = e->shift ? e->shift + m : NULL,
        .column_shift = e->column_shift ? e->column_shift + n : NULL,
        .residual = e->residual ? e->residual + m * g->ldc + n : NULL,
        .relu = e->relu,
    };
}

/* A part of a block of C: micro-tiles tile0..tile1-1 down, panels panel0..panel1-1 across, k from
 * pc on. */
typedef struct Part {
    int64_t tile0, tile1, m0, m1;
    int64_t panel0, panel1;
    int64_t pc, kc, depth;
} Part;

/* The two inner loops (packed_a NULL: A where it lies): jr over panels of B, ir over slivers of A.
 * Panels are `stride` apart; they are packed just before their first use, so that they are still in
 * the first-level cache. */
static void multiply_part(const Products *p, const Gemm *g, const Part *part, const float *packed_a,
                          float *panels, int64_t stride, bool pack) {
    const GemmTier *tier = p->tier;
    const int64_t nr = tier->blocks.nr;
    for (int64_t jr = part->panel0; jr < part->panel1 && !job_cancelled(p->ctx->job); jr++) {
        const int64_t n = jr * nr, nc = min64(nr, g->n - n);
        float *panel = panels + (jr - part->panel0) * stride;
        const int width = (int)round_up(nc, tier->lanes);
        if (pack)
            pack_panel(g, part->pc, part->kc, n, nc, width, panel);
        for (int64_t ir = part->tile0, m = part->m0, next; ir < part->tile1; ir++, m = next) {
            next = deal_start(&p->grid.tiles, ir + 1);
            const GemmEpilogue epilogue = epilogue_at(g, m, n);
            const GemmTile tile = {
                .a = packed_a ? packed_a + (m - part->m0) * part->depth
                              : g->a.data + m * g->a.row + part->pc,
                .a_row = g->a.row,
                .b = panel,
                .depth = part->depth,
                .c = g->c + m * g->ldc + n,
                .ldc = g->ldc,
                .next = ir + 1 < part->tile1 ? g->c + next * g->ldc + n
                                             : g->c + part->m0 * g->ldc + n + nr,
                .columns = (int)nc,
                .first = part->pc == 0 && !g->add,
                .epilogue = part->pc + part->kc == g->k ? &epilogue : NULL,
            };
            (packed_a ? tier->micro : tier->direct)[next - m - 1][width / tier->lanes - 1](&tile);
        }
        job_advance(p->ctx->job, (part->m1 - part->m0) * nc * part->kc);
    }
}

/* How many parts of A a row block of so many micro-tiles has. */
static int64_t parts_of(const GemmBlocks *b, bool narrow, int64_t tiles) {
    return narrow ? tiles : div_up(tiles, b->mc / b->mr);
}

/* One block of C. Of the five loops, jc is the tasks (and so is ic, if there are threads to
 * occupy); then pc over blocks of K and ic over parts of A that fit the second-level cache; if C is
 * narrow each micro-tile is a part, so that A, larger than B then, comes by once. */
static void multiply_block(const Products *p, const Gemm *g, int64_t row, int64_t col,
                           float *packed_a) {
    const GemmBlocks *blocks = &p->tier->blocks;
    const Grid *grid = &p->grid;
    float *panels = packed_a + scratch_of_a(blocks, p->m, p->k);
    const int64_t first = deal_start(&grid->row_blocks, row);
    const int64_t tiles = deal_start(&grid->row_blocks, row + 1) - first;
    const Deal parts = deal(tiles, parts_of(blocks, p->narrow, tiles));
    Part part = {
        .panel0 = deal_start(&grid->col_blocks, col),
        .panel1 = deal_start(&grid->col_blocks, col + 1),
    };
    do {
        part.kc = min64(blocks->kc, g->k - part.pc);
        part.depth = round_up(part.kc, GROUP);
        for (int64_t ic = 0; ic < parts.parts; ic++) {
            part.tile0 = first + deal_start(&parts, ic);
            part.tile1 = first + deal_start(&parts, ic + 1);
            part.m0 = deal_start(&grid->tiles, part.tile0);
            part.m1 = deal_start(&grid->tiles, part.tile1);
            const float *slivers = p->direct ? NULL : packed_a;
            if (g->packed_a)
                slivers = g->packed_a + g->m * part.pc + part.m0 * part.depth;
            else if (slivers)
                pack_slivers(&g->a, &grid->tiles, part.tile0, part.tile1, part.pc, part.kc,
                             packed_a);
            multiply_part(p, g, &part, slivers, panels,
                          parts.parts > 1 ? part.depth * blocks->nr : 0, ic == 0);
        }
        part.pc += part.kc;
    } while (part.pc < g->k && !job_cancelled(p->ctx->job));
}

/* The product with the packing that belongs to the tier. */
static void choose_packing(const GemmTier *tier, Gemm *g) {
    if (g->pack_b == gemm_pack_matrix)
        g->pack_b = tier->pack_matrix;
}

static void block_task(void *context, int64_t task, int worker) {
    const Products *p = context;
    const int64_t rows = p->grid.row_blocks.parts, cols = p->grid.col_blocks.parts;
    Gemm g;
    GemmSource source;
    p->item(p->context, task / (rows * cols), &g, &source);
    choose_packing(p->tier, &g);
    multiply_block(p, &g, task % rows, task / rows % cols,
                   p->ctx->scratch + (size_t)worker * p->worker_scratch);
}

size_t gemm_packed_size(int64_t m, int64_t k) {
    return (size_t)(m * round_up(k, GROUP));
}

void gemm_pack_a(CpuTier tier, const GemmMatrix *a, int64_t m, int64_t k, float *packed) {
    const GemmBlocks *b = &gemm_tier(tier)->blocks;
    const Deal tiles = deal(m, div_up(m, b->mr));
    for (int64_t pc = 0; pc < k; pc += b->kc)
        pack_slivers(a, &tiles, 0, tiles.parts, pc, min64(b->kc, k - pc), packed + m * pc);
}

size_t gemm_scratch(CpuTier tier, int64_t m, int64_t n, int64_t k, int threads) {
    return scratch_of_worker(&gemm_tier(tier)->blocks, m, n, k) * (size_t)threads;
}

/* The rows of a micro-tile that reads A where it lies, or 0: it is to be packed. a_row: from row to
 * row of an A that lies row by row. */
static int direct_rows(const GemmTier *tier, int64_t n, int64_t k, int64_t a_row) {
    if (!tier->direct_rows || k % GROUP != 0 || n > NARROW)
        return 0;
    return a_row % SAME_LINES == 0 ? tier->direct_rows : tier->blocks.mr;
}

static int direct_rows_of(const GemmTier *tier, int64_t n, int64_t k, GemmItem item,
                          const void *context) {
    Gemm g;
    GemmSource source;
    item(context, 0, &g, &source);
    return g.packed_a || g.a.col != 1 ? 0 : direct_rows(tier, n, k, g.a.row);
}

int64_t gemm_dealt(int64_t count, int64_t parts, int64_t i) {
    const Deal d = deal(count, parts);
    return deal_start(&d, i);
}

GemmPlan gemm_plan(CpuTier tier, int64_t m, int64_t n, int64_t k, int64_t items, int threads) {
    const GemmTier *t = gemm_tier(tier);
    const int rows = direct_rows(t, n, k, k);
    const Grid grid = choose_grid(&t->blocks, rows ? rows : t->blocks.mr, m, n, k, items, threads);
    GemmPlan plan = {.blocks = t->blocks,
                     .m = m,
                     .n = n,
                     .k = k,
                     .tiles = grid.tiles.parts,
                     .panels = div_up(n, t->blocks.nr),
                     .row_blocks = grid.row_blocks.parts,
                     .col_blocks = grid.col_blocks.parts,
                     .narrow = n <= NARROW,
                     .direct = rows > 0};
    plan.blocks.mr = rows ? rows : t->blocks.mr;
    return plan;
}

int64_t gemm_plan_parts(const GemmPlan *plan, int64_t tiles) {
    return parts_of(&plan->blocks, plan->narrow, tiles);
}

bool gemm_run_items(const KernelContext *ctx, int64_t count, int64_t m, int64_t n, int64_t k,
                    GemmItem item, const void *context) {
    if (count <= 0 || m <= 0 || n <= 0)
        return !job_cancelled(ctx->job);
    const int threads = pool_threads(ctx->pool);
    const GemmTier *tier = gemm_tier(ctx->tier);
    const int rows = direct_rows_of(tier, n, k, item, context);
    Products p = {
        .ctx = ctx,
        .tier = tier,
        .m = m,
        .n = n,
        .k = k,
        .narrow = n <= NARROW,
        .direct = rows > 0,
        .grid = choose_grid(&tier->blocks, rows ? rows : tier->blocks.mr, m, n, k, count, threads),
        .worker_scratch = scratch_of_worker(&tier->blocks, m, n, k),
        .item = item,
        .context = context,
    };
    assert(ctx->scratch_count >= p.worker_scratch * (size_t)threads);
    const int64_t tasks = count * p.grid.row_blocks.parts * p.grid.col_blocks.parts;
    return pool_run(ctx->pool, ctx->job, tasks, block_task, &p) && !job_cancelled(ctx->job);
}

static void the_item(const void *context, int64_t i, Gemm *g, GemmSource *source) {
    (void)i, (void)source;
    *g = *(const Gemm *)context;
}

bool gemm_run(const KernelContext *ctx, const Gemm *g) {
    return gemm_run_items(ctx, 1, g->m, g->n, g->k, the_item, g);
}
