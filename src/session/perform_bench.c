#include "session/bench.h"
#include "session/perform.h"

/* Without a name the next one that can be opened here. */
PERFORM(bench_set) {
    StatePlace *p = &s->state.place;
    if (argument[0])
        return perform_field(s, "bench", argument, err);
    do
        p->bench = (StateBench)((p->bench + 1) % BENCHES);
    while (bench_kinds[p->bench].refuses && bench_kinds[p->bench].refuses(s));
    return true;
}
