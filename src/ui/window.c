#include "ui/window.h"

#include "base/text.h"
#include "draw/sdl_render.h"
#include "session/action.h"
#include "ui/screen.h"
#include "ui/view.h"
#include <SDL.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_BUSY_MS = 33, WAIT_IDLE_MS = 500 };

typedef struct Ui {
    Session session;
    const Job *stop;
    SDL_Window *window;
    SDL_Renderer *renderer;
    Fonts *fonts;
    DrawList list; /* what is on the screen */
    bool dirty;    /* it must be drawn anew */
} Ui;

/* --- A display? ------------------------------------------------------------------------------- */

#if defined(__linux__) || defined(__FreeBSD__)
static bool has_variable(const char *name) {
    const char *value = getenv(name);
    return value && value[0];
}
#endif

bool ui_has_display(char *why, size_t size) {
#if defined(__linux__) || defined(__FreeBSD__)
    /* Else SDL would take over a bare console. */
    if (!has_variable("DISPLAY") && !has_variable("WAYLAND_DISPLAY") &&
        !has_variable("SDL_VIDEODRIVER")) {
        text_format(why, size, "neither DISPLAY nor WAYLAND_DISPLAY is set");
        return false;
    }
#endif
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) {
        text_format(why, size, "%s", SDL_GetError());
        return false;
    }
    /* Where no display answers, SDL goes on to drivers whose window nobody would see, or to the
     * console. */
    const char *driver = SDL_GetCurrentVideoDriver();
    bool seen = has_variable("SDL_VIDEODRIVER") ||
                (strcmp(driver, "offscreen") != 0 && strcmp(driver, "dummy") != 0 &&
                 strcmp(driver, "KMSDRM") != 0);
    text_format(why, size, "%s", seen ? "" : "no display answers");
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    return seen;
}

/* --- Opening and closing ---------------------------------------------------------------------- */

static bool sdl_error(Error *err, const char *what) {
    return error_set(err, ERROR_BAD, TEXT("%s: %s", what, SDL_GetError()));
}

static bool open_window(Ui *ui, Error *err) {
    SDL_Rect room = {0, 0, VIEW_WIDTH, VIEW_HEIGHT};
    SDL_GetDisplayUsableBounds(0, &room);
    int width = room.w < VIEW_WIDTH ? room.w : VIEW_WIDTH;
    int height = room.h < VIEW_HEIGHT ? room.h : VIEW_HEIGHT;
    ui->window = SDL_CreateWindow("convoscope", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                  width, height, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!ui->window)
        return sdl_error(err, "cannot open a window");
    SDL_SetWindowMinimumSize(ui->window, VIEW_WIDTH_MIN, VIEW_HEIGHT_MIN);
    ui->renderer = SDL_CreateRenderer(ui->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (!ui->renderer)
        ui->renderer = SDL_CreateRenderer(ui->window, -1, SDL_RENDERER_SOFTWARE);
    return ui->renderer || sdl_error(err, "cannot draw in the window");
}

static bool export_screen(void *context, const char *path, Error *err) {
    const Ui *ui = context;
    int width, height;
    SDL_GetWindowSize(ui->window, &width, &height);
    return screen_save(&ui->session, ui->fonts, width, height, path, err);
}

static void close_all(Ui *ui) {
    session_close(&ui->session);
    draw_free(&ui->list);
    fonts_free(ui->fonts);
    if (ui->renderer)
        SDL_DestroyRenderer(ui->renderer);
    if (ui->window)
        SDL_DestroyWindow(ui->window);
    SDL_Quit();
}

static bool open_all(Ui *ui, const SessionOptions *options, Error *err) {
    /* The program's own handlers cancel `stop`, which every frame looks at. */
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return sdl_error(err, "cannot open a window");
    ui->stop = options->stop;
    ui->dirty = true;
    ui->fonts = fonts_new(1, err);
    if (!ui->fonts || !open_window(ui, err) || !session_open(&ui->session, options, err))
        return false;
    ui->session.export_view = export_screen;
    ui->session.export_context = ui;
    return true;
}

/* --- Input ------------------------------------------------------------------------------------ */

static void post(Ui *ui, const char *line) {
    session_post(&ui->session, line);
    ui->dirty = true;
}

static void on_key(Ui *ui, const SDL_Keysym *key) {
    if (key->mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI))
        return;
    const Action *action = action_for_key(SDL_GetKeyName(key->sym));
    if (action)
        post(ui, action->name);
}

static void on_click(Ui *ui, int x, int y) {
    const DrawRegion *region = draw_region_at(&ui->list, x, y);
    if (region)
        post(ui, region->action);
}

/* Over the list of layers the wheel moves the list; elsewhere it turns pages. */
static void on_wheel(Ui *ui, int up) {
    int x, y;
    SDL_GetMouseState(&x, &y);
    const DrawRegion *layers = draw_region_find(&ui->list, "layers");
    if (!layers || up == 0)
        return;
    if (rect_holds(layers->box, x, y))
        post(ui, TEXT("layer.scroll %d", -3 * up));
    else
        post(ui, up > 0 ? "page.prev" : "page.next");
}

static void on_drop(Ui *ui, const char *path) {
    char line[FILE_PATH_MAX + 16];
    const char *extension = file_extension(path);
    const char *action = text_equal(extension, "json")          ? "model.open"
                         : text_equal(extension, "safetensors") ? "weights.open"
                                                                : "image.open";
    text_format(line, sizeof line, "%s %s", action, path);
    post(ui, line);
}

static void on_event(Ui *ui, const SDL_Event *event) {
    switch (event->type) {
    case SDL_QUIT:
        post(ui, "quit");
        break;
    case SDL_KEYDOWN:
        on_key(ui, &event->key.keysym);
        break;
    case SDL_MOUSEBUTTONDOWN:
        if (event->button.button == SDL_BUTTON_LEFT)
            on_click(ui, event->button.x, event->button.y);
        break;
    case SDL_MOUSEWHEEL:
        on_wheel(ui, event->wheel.y);
        break;
    case SDL_DROPFILE:
        on_drop(ui, event->drop.file);
        SDL_free(event->drop.file);
        break;
    case SDL_WINDOWEVENT:
    case SDL_RENDER_TARGETS_RESET:
        ui->dirty = true;
        break;
    default:
        break;
    }
}

/* --- The frame -------------------------------------------------------------------------------- */

/* Also where something is asked for that the thread has not begun. */
static bool busy(Ui *ui) {
    return !job_wait(ui->session.jobs, 0) || job_has_news(ui->session.jobs);
}

/* What cannot be drawn is missing in this frame, and tried again in the next. What is computed
 * while this draws may have come too late for it: then it is drawn once more. */
static void draw(Ui *ui) {
    int width, height, pixels;
    SDL_GetWindowSize(ui->window, &width, &height);
    if (width < 1 || height < 1 || SDL_GetRendererOutputSize(ui->renderer, &pixels, NULL) != 0)
        return; /* minimised */
    bool unfinished = busy(ui);
    fonts_set_scale(ui->fonts, (double)pixels / width);
    view_build(&ui->list, fonts_metrics(ui->fonts), &ui->session, width, height);
    sdl_render(ui->renderer, ui->fonts, &ui->list, NULL);
    SDL_RenderPresent(ui->renderer);
    ui->dirty = unfinished;
}

/* Handles what came in, draws at most once, returns. False: the end. */
static bool frame(Ui *ui, Error *err) {
    SDL_Event event;
    while (SDL_PollEvent(&event))
        on_event(ui, &event);
    bool changed = session_tick(&ui->session);
    /* The first network or picture could not be opened: there is nothing to show. */
    if (!ui->session.scene && ui->session.banner.code != ERROR_NONE && !busy(ui)) {
        *err = ui->session.banner;
        return false;
    }
    if (ui->dirty || changed || busy(ui))
        draw(ui);
    return !ui->session.state.quit && !job_cancelled(ui->stop);
}

bool ui_window(const SessionOptions *options, Error *err) {
    Ui ui = {0};
    Error failed = {0};
    if (open_all(&ui, options, &failed))
        while (frame(&ui, &failed))
            SDL_WaitEventTimeout(NULL, busy(&ui) || ui.dirty ? WAIT_BUSY_MS : WAIT_IDLE_MS);
    close_all(&ui);
    if (failed.code == ERROR_NONE)
        return true;
    if (err && err->code == ERROR_NONE)
        *err = failed;
    return false;
}
