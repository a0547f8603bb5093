#include "ui/window.h"

#include "base/clipboard.h"
#include "base/clock.h"
#include "base/text.h"
#include "draw/sdl_render.h"
#include "session/action.h"
#include "ui/drop.h"
#include "ui/screen.h"
#include <SDL.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WAIT_MOVING_MS = 8,
    WAIT_BUSY_MS = 33,
    WAIT_IDLE_MS = 500,
    WAIT_QUICK_MS = 6, /* for what a key asked for, so that a quick layer is there in one picture */
    DRAG_LEAST = 5
};

typedef struct Ui {
    Session session;
    UiMemory memory;
    const Job *stop;
    SDL_Window *window;
    SDL_Renderer *renderer;
    SdlScreen *screen;
    Fonts *fonts;
    DrawList list; /* what is on the screen */
    bool dirty;    /* it must be drawn anew */
    bool moving;   /* something on it is on its way */
    int mouse_x, mouse_y;
    char hovered[FILE_PATH_MAX]; /* the action that the mouse meant last */
    bool pressed, dragging;
    char group[64];              /* of what is dragged over (draw_drag); "": nothing is */
    char dragged[FILE_PATH_MAX]; /* the action of that last */
    int press_x, press_y, drag_x, drag_y;
    bool fullscreen; /* as the window has it */
    int display;
} Ui;

/* --- A display? ------------------------------------------------------------------------------- */

static bool has_variable(const char *name) {
    const char *value = getenv(name);
    return value && value[0];
}

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
    SDL_Rect room = {0, 0, SCREEN_WIDTH, SCREEN_HEIGHT};
    SDL_GetDisplayUsableBounds(0, &room);
    int width = room.w < SCREEN_WIDTH ? room.w : SCREEN_WIDTH;
    int height = room.h < SCREEN_HEIGHT ? room.h : SCREEN_HEIGHT;
    ui->window = SDL_CreateWindow("convoscope", SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                  width, height, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!ui->window)
        return sdl_error(err, "cannot open a window");
    SDL_SetWindowMinimumSize(ui->window, SCREEN_WIDTH_MIN, SCREEN_HEIGHT_MIN);
    ui->renderer = SDL_CreateRenderer(ui->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (!ui->renderer)
        ui->renderer = SDL_CreateRenderer(ui->window, -1, SDL_RENDERER_SOFTWARE);
    if (!ui->renderer)
        return sdl_error(err, "cannot draw in the window");
    ui->screen = sdl_screen_new(ui->renderer, err);
    return ui->screen != NULL;
}

static Screen screen_of(Ui *ui) {
    Screen screen = {.session = &ui->session,
                     .memory = &ui->memory,
                     .metrics = fonts_metrics(ui->fonts),
                     .mouse_x = ui->mouse_x,
                     .mouse_y = ui->mouse_y,
                     .now = clock_ms()};
    SDL_GetWindowSize(ui->window, &screen.width, &screen.height);
    return screen;
}

static bool export_screen(void *context, const char *path, Error *err) {
    Ui *ui = context;
    const Screen screen = screen_of(ui);
    return screen_save(&screen, ui->fonts, path, true, err);
}

static bool copy_screen(void *context, Error *err) {
    char folder[FILE_PATH_MAX], path[FILE_PATH_MAX];
    if (!file_user_state(folder, sizeof folder))
        return error_set(err, ERROR_MISSING, "the user's home folder");
    bool ok = file_make_folder(folder, err) &&
              file_join(path, sizeof path, folder, "clipboard.png", err) &&
              export_screen(context, path, err) && clipboard_put_png(path, err);
    return ok;
}

static bool copy_text(void *context, const char *text, Error *err) {
    (void)context;
    return SDL_SetClipboardText(text) == 0 || sdl_error(err, "the clipboard");
}

static void close_all(Ui *ui) {
    session_close(&ui->session);
    draw_free(&ui->list);
    ui_memory_close(&ui->memory);
    fonts_free(ui->fonts);
    sdl_screen_free(ui->screen);
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
    SDL_DisableScreenSaver();
    ui->stop = options->stop;
    ui->dirty = true;
    ui->mouse_x = ui->mouse_y = -1;
    ui->fonts = fonts_new(1, err);
    if (!ui->fonts || !ui_memory_open(&ui->memory, err) || !open_window(ui, err) ||
        !session_open(&ui->session, options, err))
        return false;
    ui->session.screen = (SessionScreen){ui, export_screen, copy_screen, copy_text};
    SDL_StartTextInput();
    return true;
}

/* --- Keys ------------------------------------------------------------------------------------- */

static void post(Ui *ui, const char *line) {
    session_post(&ui->session, line);
    ui->dirty = true;
}

static void press(Ui *ui, const char *key) {
    if (action_press(&ui->session, key))
        ui->dirty = true;
}

/* A path on the clipboard is opened as if it were dropped; in a field text is typed. */
static void paste(Ui *ui) {
    char *text = SDL_GetClipboardText();
    const StateOverlay overlay = ui->session.state.overlay;
    text[strcspn(text, "\r\n")] = '\0';
    if (state_overlay_has_field(overlay))
        post(ui, TEXT("type %.180s", text));
    else if (text[0])
        ui_drop(&ui->session, strncmp(text, "file://", 7) == 0 ? text + 7 : text);
    SDL_free(text);
    ui->dirty = true;
}

/* Keys that are no text: arrows and the like, and everything with Ctrl (on a Mac with Cmd). */
static void on_key(Ui *ui, const SDL_Keysym *key) {
    const bool ctrl = key->mod & (KMOD_CTRL | KMOD_GUI), shift = key->mod & KMOD_SHIFT;
    const bool named = key->sym & SDLK_SCANCODE_MASK || key->sym == SDLK_RETURN ||
                       key->sym == SDLK_ESCAPE || key->sym == SDLK_BACKSPACE ||
                       key->sym == SDLK_TAB || key->sym == SDLK_SPACE || key->sym == SDLK_DELETE;
    if ((!named && !ctrl) || key->mod & KMOD_ALT)
        return;
    const char *name = SDL_GetKeyName(key->sym);
    if (strcmp(name, "Keypad Enter") == 0)
        name = "Return";
    if (strncmp(name, "Keypad ", 7) == 0)
        return; /* comes as text */
    if (ctrl && !shift && strcmp(name, "V") == 0)
        paste(ui);
    else
        press(ui, TEXT("%s%s%s", ctrl ? "Ctrl+" : "", shift ? "Shift+" : "", name));
}

static void on_text(Ui *ui, const char *text) {
    char one[8];
    if (SDL_GetModState() & (KMOD_CTRL | KMOD_GUI))
        return;
    for (size_t bytes; *text; text += bytes) {
        bytes = text_character(text, strlen(text) + 1);
        bytes = bytes ? bytes : 1;
        text_format(one, sizeof one, "%.*s", (int)bytes, text);
        if (strcmp(one, " ") != 0) /* came as a key */
            press(ui, one);
    }
}

/* --- The mouse -------------------------------------------------------------------------------- */

static bool is_over(const Ui *ui, const char *region) {
    const DrawRegion *r = draw_region_find(&ui->list, region);
    return r && rect_holds(r->box, ui->mouse_x, ui->mouse_y);
}

/* What the mouse means where it is now, if that is something else than before. */
static void hover(Ui *ui) {
    char line[FILE_PATH_MAX];
    const DrawRegion *region = draw_hover_at(&ui->list, ui->mouse_x, ui->mouse_y);
    const char *action =
        region ? draw_region_hover(region, ui->mouse_x, ui->mouse_y, line, sizeof line) : NULL;
    action = action ? action : "hover.none";
    if (strcmp(action, ui->hovered) == 0 || !ui->session.scene)
        return;
    text_format(ui->hovered, sizeof ui->hovered, "%s", action);
    post(ui, action);
}

/* The network is moved by what it is drawn at. */
static void drag(Ui *ui, int x, int y) {
    if (!ui->dragging && abs(x - ui->press_x) + abs(y - ui->press_y) < DRAG_LEAST)
        return;
    ui->dragging = true;
    const double zoom = ui->memory.camera.zoom > 0 ? ui->memory.camera.zoom : 1;
    const int dx = (int)lround((ui->drag_x - x) / zoom), dy = (int)lround((ui->drag_y - y) / zoom);
    if (dx == 0 && dy == 0)
        return;
    ui->drag_x -= (int)lround(dx * zoom);
    ui->drag_y -= (int)lround(dy * zoom);
    post(ui, TEXT("network.pan %d %d", dx, dy));
}

/* Over a slider or a drawing: every place once. */
static void drag_over(Ui *ui, int x, int y) {
    char line[FILE_PATH_MAX];
    const char *action = draw_drag_at(&ui->list, ui->group, x, y, line, sizeof line);
    if (!action || strcmp(action, ui->dragged) == 0)
        return;
    text_format(ui->dragged, sizeof ui->dragged, "%s", action);
    post(ui, action);
}

static void on_motion(Ui *ui, int x, int y) {
    ui->mouse_x = x;
    ui->mouse_y = y;
    ui->dirty = true;
    if (ui->group[0])
        drag_over(ui, x, y);
    else if (ui->pressed)
        drag(ui, x, y);
    else
        hover(ui);
}

static void on_press(Ui *ui, int x, int y) {
    char line[FILE_PATH_MAX];
    ui->mouse_x = x;
    ui->mouse_y = y;
    ui->pressed = is_over(ui, "view.network") && ui->session.state.overlay == OVERLAY_NONE;
    ui->dragging = false;
    ui->press_x = ui->drag_x = x;
    ui->press_y = ui->drag_y = y;
    const DrawRegion *region = draw_region_at(&ui->list, x, y);
    if (!region || !region->group)
        return;
    text_format(ui->group, sizeof ui->group, "%s", region->group);
    ui->dragged[0] = '\0';
    post(ui, draw_region_click(region, x, y, line, sizeof line));
}

/* A click counts when the button is let go, unless the network was moved meanwhile; a second one at
 * once goes into what the first chose. */
static void on_release(Ui *ui, int x, int y, int clicks) {
    char line[FILE_PATH_MAX];
    const bool dragged = (ui->pressed && ui->dragging) || ui->group[0];
    ui->pressed = ui->dragging = false;
    ui->group[0] = '\0';
    const DrawRegion *region = dragged ? NULL : draw_region_at(&ui->list, x, y);
    if (!region)
        return;
    post(ui, draw_region_click(region, x, y, line, sizeof line));
    if (clicks == 2 &&
        (strncmp(region->name, "map.", 4) == 0 || strncmp(region->name, "node.", 5) == 0 ||
         strncmp(region->name, "grid.", 5) == 0))
        post(ui, "deeper");
    else if (clicks == 2 && strncmp(region->name, "block.", 6) == 0)
        post(ui, TEXT("block.open %s", region->name + 6));
}

/* Larger or smaller about the point under the mouse. */
static void zoom_network(Ui *ui, bool larger) {
    const StatePlace *p = &ui->session.state.place;
    int pan[2];
    post(ui, larger ? "network.in" : "network.out");
    ui_pan_under(&ui->memory, ui->mouse_x, ui->mouse_y, p->zoom, pan);
    post(ui, TEXT("network.pan %d %d", pan[0] - p->pan[0], pan[1] - p->pan[1]));
}

static void on_wheel(Ui *ui, int up) {
    if (up == 0)
        return;
    if (ui->session.state.overlay)
        press(ui, up > 0 ? "Up" : "Down");
    else if (is_over(ui, "view.network"))
        zoom_network(ui, up > 0);
    else if (is_over(ui, "view.unit"))
        post(ui, up > 0 ? "terms.prev" : "terms.next");
    else if (SDL_GetModState() & KMOD_CTRL)
        post(ui, up > 0 ? "maps.fewer" : "maps.more");
    else
        post(ui, up > 0 ? "page.prev" : "page.next");
}

static void on_mouse(Ui *ui, const SDL_Event *event) {
    if (event->type == SDL_MOUSEMOTION)
        on_motion(ui, event->motion.x, event->motion.y);
    else if (event->type == SDL_MOUSEWHEEL)
        on_wheel(ui, event->wheel.y);
    else if (event->button.button == SDL_BUTTON_RIGHT && event->type == SDL_MOUSEBUTTONUP)
        post(ui, "back");
    else if (event->button.button != SDL_BUTTON_LEFT)
        return;
    else if (event->type == SDL_MOUSEBUTTONDOWN)
        on_press(ui, event->button.x, event->button.y);
    else
        on_release(ui, event->button.x, event->button.y, event->button.clicks);
}

static void on_event(Ui *ui, const SDL_Event *event) {
    switch (event->type) {
    case SDL_QUIT:
        post(ui, "quit");
        break;
    case SDL_KEYDOWN:
        on_key(ui, &event->key.keysym);
        break;
    case SDL_TEXTINPUT:
        on_text(ui, event->text.text);
        break;
    case SDL_MOUSEMOTION:
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
    case SDL_MOUSEWHEEL:
        on_mouse(ui, event);
        break;
    case SDL_DROPFILE:
        ui_drop(&ui->session, event->drop.file);
        SDL_free(event->drop.file);
        ui->dirty = true;
        break;
    case SDL_RENDER_DEVICE_RESET:
    case SDL_RENDER_TARGETS_RESET:
        sdl_screen_reset(ui->screen);
        ui->dirty = true;
        break;
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_LEAVE)
            ui->mouse_x = ui->mouse_y = -1;
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

/* Makes the window what the state says. */
static void follow_state(Ui *ui) {
    const State *state = &ui->session.state;
    if (state->display != ui->display && state->display < SDL_GetNumVideoDisplays()) {
        const int centre = (int)(SDL_WINDOWPOS_CENTERED_MASK | (unsigned)state->display);
        SDL_SetWindowFullscreen(ui->window, 0);
        SDL_SetWindowPosition(ui->window, centre, centre);
        ui->fullscreen = false;
        ui->display = state->display;
    }
    if (state->fullscreen != ui->fullscreen) {
        SDL_SetWindowFullscreen(ui->window, state->fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
        ui->fullscreen = state->fullscreen;
    }
}

/* What cannot be drawn is missing in this frame, and tried again in the next. What is computed
 * while this draws may have come too late for it: then it is drawn once more. */
static void draw(Ui *ui) {
    int pixels;
    const Screen screen = screen_of(ui);
    if (screen.width < 1 || screen.height < 1 ||
        SDL_GetRendererOutputSize(ui->renderer, &pixels, NULL) != 0)
        return; /* minimised */
    bool unfinished = busy(ui);
    fonts_set_scale(ui->fonts, (double)pixels / screen.width);
    ui->moving = screen_build(&screen, &ui->list);
    sdl_screen_draw(ui->screen, ui->fonts, &ui->list, NULL);
    SDL_RenderPresent(ui->renderer);
    ui->dirty = unfinished || ui->moving;
}

/* Handles what came in, draws at most once, returns. False: the end. */
static bool frame(Ui *ui, Error *err) {
    SDL_Event event;
    while (SDL_PollEvent(&event))
        on_event(ui, &event);
    bool changed = session_tick(&ui->session, clock_ms());
    if ((ui->dirty || changed) && busy(ui) && job_wait(ui->session.jobs, WAIT_QUICK_MS))
        changed = session_tick(&ui->session, clock_ms()) || changed;
    /* The first network or picture could not be opened: there is nothing to show. */
    if (!ui->session.scene && ui->session.banner.code != ERROR_NONE && !busy(ui)) {
        *err = ui->session.banner;
        return false;
    }
    follow_state(ui);
    if (ui->dirty || changed || busy(ui))
        draw(ui);
    return !ui->session.state.quit && !job_cancelled(ui->stop);
}

static int wait_ms(Ui *ui) {
    return ui->moving                                           ? WAIT_MOVING_MS
           : busy(ui) || ui->dirty || ui->session.state.playing ? WAIT_BUSY_MS
                                                                : WAIT_IDLE_MS;
}

bool ui_window(const SessionOptions *options, Error *err) {
    static Ui ui; /* large */
    Error failed = {0};
    ui = (Ui){.window = NULL};
    if (open_all(&ui, options, &failed))
        while (frame(&ui, &failed))
            SDL_WaitEventTimeout(NULL, wait_ms(&ui));
    close_all(&ui);
    if (failed.code == ERROR_NONE)
        return true;
    if (err && err->code == ERROR_NONE)
        *err = failed;
    return false;
}
