#if defined(__x86_64__)
#define VECTOR_WIDTH 8
#include "kernel/rows_template.h"

const Rows rows_avx2 = ROWS_TABLE;
#else
typedef int kernel_rows_avx2_is_for_x86; /* a file needs something in it */
#endif
