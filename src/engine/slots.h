/* Room for what is needed for a while, planned before there is memory: a slot that was given back
 * is taken again. */
#ifndef ENGINE_SLOTS_H
#define ENGINE_SLOTS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Slot {
    size_t floats;
    bool taken;
    float *data;
} Slot;

/* `slots` has room for as many as are taken at one time; the caller's. */
typedef struct Slots {
    Slot *slots;
    int count;
} Slots;

/* The free slot that fits best, made larger if it must be, or a new one. */
int slots_take(Slots *s, size_t floats);
void slots_give_back(Slots *s, int slot);
/* All of them together, each 64-byte aligned; and handing that memory out. Returns its end. */
size_t slots_floats(const Slots *s);
float *slots_deal(Slots *s, float *memory);

#endif
