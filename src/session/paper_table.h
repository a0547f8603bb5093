/* The bench with the table of the paper: the work that makes it (model/table.h), as it opens the
 * networks of a family. */
#ifndef SESSION_PAPER_TABLE_H
#define SESSION_PAPER_TABLE_H

#include "model/table.h"
#include "session/bench.h"

/* For BenchKind. */
const char *paper_table_refuses(const Session *s);
Work *paper_table_wants(Session *s, Work *now, Error *err);
/* The table once it is made; NULL: not yet, or it is other work. */
const PaperTable *paper_table_of(const Work *w);

#endif
