/* Something dropped on the window, or pasted: a network, weights, a picture or a folder of them. */
#ifndef UI_DROP_H
#define UI_DROP_H

#include "session/action.h"

void ui_drop(Session *session, const char *path);

#endif
