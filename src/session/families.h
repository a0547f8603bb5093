/* The table of networks: the order of its rows, and which of the published errors stands in it. */
#ifndef SESSION_FAMILIES_H
#define SESSION_FAMILIES_H

#include "session/session.h"

enum { FAMILIES_MAX = 256 };

/* Indices into the session's list of networks (PaletteLists.models) as the state sorts them; what
 * has no such figure comes last either way. Returns their number. */
int families_order(Session *s, int order[FAMILIES_MAX]);
/* The first that the network's paper tells: of one network, as simply tested as it tells. NULL:
 * none. */
const PaperError *families_error(const PaletteModel *m);
/* Of that, on ImageNet, the first five answers; negative: not told. */
double families_top5(const PaletteModel *m);
double families_ms(const PaletteLists *lists, int model); /* negative: not measured */

#endif
