#include "session/paper_table.h"

#include "base/memory.h"

typedef struct TableWork {
    Work work;
    PaperTable table;
} TableWork;

static bool step(Work *w, const RunOptions *options, Pool *pool, Job *job, bool *done, Error *err) {
    (void)options, (void)pool, (void)job;
    *done = true;
    return table_make(&((TableWork *)w)->table, scene_names(w->scene)->model, err);
}

static void close_table(Work *w) {
    table_free(&((TableWork *)w)->table);
}

static const WorkKind kind = {step, NULL, close_table};

const char *paper_table_refuses(const Session *s) {
    return s->scene && table_has(scene_model(s->scene)) ? NULL : "refuse.no_table";
}

Work *paper_table_wants(Session *s, Work *now, Error *err) {
    if (now && now->kind == &kind && scene_model(now->scene) == scene_model(s->scene))
        return now;
    TableWork *t = mem_alloc(1, sizeof *t, err);
    if (t)
        work_begin(&t->work, &kind, s->scene, GRAPH_IMAGE);
    return t ? &t->work : NULL;
}

const PaperTable *paper_table_of(const Work *w) {
    return w && w->kind == &kind && work_done(w) ? &((const TableWork *)w)->table : NULL;
}
