#include "session/perform.h"
#include "session/prediction.h"

#include "base/text.h"
#include <string.h>

PERFORM(prediction_hide) {
    s->state.place.revealed = false;
    s->state.place.guess[0] = '\0';
    return perform_field(s, "hide", argument, err);
}

PERFORM(prediction_reveal) {
    (void)argument, (void)err;
    s->state.place.revealed = true;
    return true;
}

/* Without one the palette asks for it. */
PERFORM(prediction_guess) {
    State *state = &s->state;
    if (argument[0])
        return prediction_read(s, argument, state->place.guess, err);
    state->overlay = OVERLAY_PALETTE;
    state->choice = 0;
    text_format(state->typed, sizeof state->typed, "guess ");
    return true;
}
