/* Time. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

double clock_ms(void); /* monotonic milliseconds since some moment */
void clock_sleep_ms(double ms);

#endif
