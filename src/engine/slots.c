#include "engine/slots.h"

enum { ALIGN_FLOATS = 16 };

/* The smallest that is large enough, or else the largest. */
static int best_free(const Slots *s, size_t floats) {
    int best = -1;
    for (int i = 0; i < s->count; i++) {
        if (s->slots[i].taken)
            continue;
        const bool fits = s->slots[i].floats >= floats;
        const bool best_fits = best >= 0 && s->slots[best].floats >= floats;
        const bool smaller = best >= 0 && s->slots[i].floats < s->slots[best].floats;
        if (best < 0 || (fits && !best_fits) || (fits == best_fits && fits == smaller))
            best = i;
    }
    return best;
}

int slots_take(Slots *s, size_t floats) {
    int slot = best_free(s, floats);
    if (slot < 0)
        slot = s->count++;
    if (s->slots[slot].floats < floats)
        s->slots[slot].floats = floats;
    s->slots[slot].taken = true;
    return slot;
}

void slots_give_back(Slots *s, int slot) {
    s->slots[slot].taken = false;
}

static size_t aligned(size_t floats) {
    return (floats + ALIGN_FLOATS - 1) / ALIGN_FLOATS * ALIGN_FLOATS;
}

size_t slots_floats(const Slots *s) {
    size_t floats = 0;
    for (int i = 0; i < s->count; i++)
        floats += aligned(s->slots[i].floats);
    return floats;
}

float *slots_deal(Slots *s, float *memory) {
    for (int i = 0; i < s->count; i++) {
        s->slots[i].data = memory;
        memory += aligned(s->slots[i].floats);
    }
    return memory;
}
