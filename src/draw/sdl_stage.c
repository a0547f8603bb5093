#include "draw/sdl_stage.h"

#include "base/memory.h"
#include "draw/sdl_render.h"
#include <SDL.h>

struct Stage {
    SDL_Surface *surface;
    SDL_Renderer *renderer;
    SdlScreen *screen;
};

Stage *stage_new(int width, int height, Error *err) {
    Stage *stage = mem_alloc(1, sizeof *stage, err);
    if (!stage)
        return NULL;
    stage->surface = SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_RGB888);
    if (stage->surface)
        stage->renderer = SDL_CreateSoftwareRenderer(stage->surface);
    if (stage->renderer)
        stage->screen = sdl_screen_new(stage->renderer, err);
    else
        error_set(err, ERROR_BAD, TEXT("cannot draw in memory: %s", SDL_GetError()));
    if (stage->screen)
        return stage;
    stage_free(stage);
    return NULL;
}

void stage_free(Stage *stage) {
    if (!stage)
        return;
    sdl_screen_free(stage->screen);
    if (stage->renderer)
        SDL_DestroyRenderer(stage->renderer);
    SDL_FreeSurface(stage->surface);
    mem_free(stage);
}

void stage_draw(Stage *stage, Fonts *fonts, const DrawList *list) {
    sdl_screen_draw(stage->screen, fonts, list, NULL);
    SDL_RenderPresent(stage->renderer);
}
