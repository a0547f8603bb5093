/* What a lesson says, between the picture and the footer: its step, its question, and a caret to go
 * through its steps; and a frame around what it means. */
#include "session/tutor.h"
#include "ui/lesson_text.h"

#include "base/text.h"
#include <string.h>

/* --- What is said ----------------------------------------------------------------------------- */

typedef struct Said {
    const View *v;
    const Lesson *lesson;
    const LessonStep *step;
    int index, answer;
    bool asks, answered;
    TextStyle text, bold;
    int line;
} Said;

static Said said_of(const View *v, int size) {
    Said s = {.v = v,
              .lesson = tutor_lesson(v->session),
              .step = tutor_step(v->session),
              .index = v->state->lesson_step,
              .answer = v->state->lesson_answer};
    if (!s.step)
        return s;
    s.asks = lesson_asks(s.step);
    s.answered = s.asks && s.answer != LESSON_UNANSWERED;
    s.text = ui_style(v, size, TONE_TEXT, ALIGN_LEFT);
    s.bold = s.text;
    s.bold.bold = true;
    s.line = ui_line(v, size);
    return s;
}

static const char *in(const Said *s, const LessonText *text) {
    return text->in[s->v->language];
}

/* The chapter that the step belongs to: the last that began. */
static const char *chapter(const Said *s) {
    for (int i = s->index; i >= 0; i--)
        if (in(s, &s->lesson->steps[i].title)[0])
            return in(s, &s->lesson->steps[i].title);
    return "";
}

/* "2  both are as large", with a mark once it is answered. */
static const char *choice_text(const Said *s, int i) {
    const LessonChoice *c = &s->step->choices[i];
    const char *mark = !s->answered ? "" : c->right ? "  ✓" : s->answer == i ? "  ✗" : "";
    const char *text = arena_format(&s->v->list->arena, &s->v->list->error, "%d  %s%s", i + 1,
                                    in(s, &c->text), mark);
    return text ? text : "";
}

static const char *verdict(const Said *s) {
    if (s->answer == LESSON_REVEALED || s->step->choice_count == 0)
        return ui_word(s->v, "lesson.answer");
    return ui_word(s->v, s->step->choices[s->answer].right ? "lesson.right" : "lesson.wrong");
}

/* "Right. It has ..." */
static const char *answer_text(const Said *s) {
    const char *text = arena_format(&s->v->list->arena, &s->v->list->error, "%s %s", verdict(s),
                                    in(s, &s->step->answer));
    return text ? text : "";
}

/* --- How high it is --------------------------------------------------------------------------- */

static int column_width(const View *v, int width) {
    return rect_least(width - 4 * SPACE(v), ui_px(v, 1100));
}

static int choice_height(const Said *s, int width, int i) {
    return lesson_text_height(s->v, width - 3 * SPACE(s->v), s->text, s->line, choice_text(s, i)) +
           SPACE(s->v);
}

/* Choices stand in two columns where there are more than two. */
static int choice_columns(const Said *s) {
    return s->step->choice_count > 2 ? 2 : 1;
}

static int choices_height(const Said *s, int width) {
    const int columns = choice_columns(s);
    int height = 0;
    for (int i = 0; i < s->step->choice_count; i += columns) {
        int row = 0;
        for (int k = i; k < i + columns && k < s->step->choice_count; k++) {
            const int one = choice_height(s, width / columns, k);
            row = one > row ? one : row;
        }
        height += row;
    }
    return height;
}

static int body_height(const Said *s, int width) {
    int height = lesson_text_height(s->v, width, s->text, s->line, in(s, &s->step->say));
    if (!s->asks)
        return height;
    height += SPACE(s->v) / 2 +
              lesson_text_height(s->v, width, s->bold, s->line, in(s, &s->step->ask)) +
              choices_height(s, width);
    if (s->answered)
        height +=
            SPACE(s->v) / 2 + lesson_text_height(s->v, width, s->text, s->line, answer_text(s));
    return height;
}

static int head_height(const View *v) {
    return ui_px(v, 28);
}

/* In the largest type that leaves most of the window to the picture. */
static int body_size(const View *v, int width, int height) {
    enum { MOST = 28, SIZES = 3 }; /* percent */
    static const int sizes[SIZES] = {SIZE_HEAD, SIZE_BODY, SIZE_SMALL};
    for (int i = 0; i < SIZES - 1; i++) {
        const Said s = said_of(v, sizes[i]);
        if (body_height(&s, column_width(v, width)) * 100 <= height * MOST)
            return sizes[i];
    }
    return SIZE_SMALL;
}

int view_lesson_height(const View *v, int width, int height) {
    if (!tutor_step(v->session) || v->memory->hide_lesson)
        return 0;
    const Said s = said_of(v, body_size(v, width, height));
    return head_height(v) + body_height(&s, column_width(v, width)) + 3 * SPACE(v);
}

/* --- Its parts -------------------------------------------------------------------------------- */

/* A dot for every step, questions larger; a click goes there. */
static void draw_caret(const Said *s, Rect box) {
    const View *v = s->v;
    const int count = s->lesson->step_count, y = box.y + box.h / 2;
    box = rect_inset(box, ui_px(v, 8), 0);
    if (box.w < 4 * count)
        return;
    draw_line(v->list, box.x, y, box.x + box.w, y, v->theme->line);
    for (int i = 0; i < count; i++) {
        const Rect cell = ui_cell(box, count, 1, 0, i);
        const double radius = v->scale * (i == s->index                       ? 6
                                          : lesson_asks(&s->lesson->steps[i]) ? 4
                                                                              : 2.5);
        draw_disc(v->list, (Point){cell.x + cell.w / 2.0, y}, radius,
                  i == s->index  ? v->theme->accent
                  : i < s->index ? v->theme->text
                                 : v->theme->dim);
        draw_region(v->list, (Rect){cell.x, box.y, cell.w, box.h}, TEXT("lesson.go %d", i + 1),
                    "lesson.step.%d", i + 1);
        draw_hint(v->list, ui_say(v, "lesson.step", TEXT("%d", i + 1), TEXT("%d", count)));
    }
}

/* Whether what the step waits for has come about; cut off the right. */
static void draw_until(const Said *s, Rect *row) {
    const View *v = s->v;
    const bool done = tutor_is_content(v->session);
    const TextStyle style = ui_style(v, SIZE_SMALL, done ? TONE_TEXT : TONE_ACCENT, ALIGN_RIGHT);
    const char *text = ui_word(v, done ? "lesson.done" : "lesson.your_turn");
    if (!s->step->until[0])
        return;
    const Rect place = rect_cut_right(row, draw_text_width(v->list, style, text) + 1);
    draw_region(v->list, place, NULL, "lesson.until");
    draw_text(v->list, place, style, text);
    rect_cut_right(row, SPACE(v));
}

static void draw_head(const Said *s, Rect row) {
    const View *v = s->v;
    TextStyle dim = ui_style(v, SIZE_SMALL, TONE_DIM, ALIGN_LEFT);
    dim.may_cut = true;
    const char *const buttons[][3] = {{"✕", "lesson.close", "lesson.close"},
                                      {"▶", "lesson.next", "lesson.next"},
                                      {"◀", "lesson.back", "lesson.back"}};
    for (int i = 0; i < 3; i++) {
        Rect place = rect_cut_right(&row, ui_px(v, 34));
        ui_button(v, &place, buttons[i][0], NULL, buttons[i][1], false, buttons[i][2]);
        draw_hint(v->list, ui_word(v, TEXT("action.%s", buttons[i][1])));
        rect_cut_right(&row, SPACE(v) / 2);
    }
    draw_until(s, &row);
    const char *where = ui_say(v, "lesson.where", in(s, &s->lesson->title), chapter(s),
                               TEXT("%d", s->index + 1), TEXT("%d", s->lesson->step_count));
    const int width = rect_least(draw_text_width(v->list, dim, where) + 1, row.w * 55 / 100);
    Rect place = rect_cut_left(&row, width);
    draw_text(v->list, place, dim, where);
    draw_region(v->list, place, "lesson.pick", "lesson.title");
    draw_hint(v->list, where);
    draw_caret(s, row);
}

static void draw_choice(const Said *s, Rect box, int i) {
    const View *v = s->v;
    const bool chosen = s->answered && s->answer == i;
    TextStyle style = s->text;
    Rect ground = box;
    rect_cut_bottom(&ground, SPACE(v) / 2);
    rect_cut_right(&ground, SPACE(v));
    if (!s->answered || chosen)
        draw_fill(v->list, ground, v->theme->ground);
    if (!s->answered)
        draw_frame(v->list, ground, ui_hovers(v, ground) ? v->theme->hover : v->theme->line);
    if (s->answered && s->step->choices[i].right)
        style.bold = true;
    else if (s->answered && !chosen)
        style.color = v->theme->dim;
    draw_region(v->list, ground, s->answered ? NULL : TEXT("lesson.answer %d", i + 1),
                "lesson.choice.%d", i + 1);
    Rect text = rect_inset(ground, SPACE(v), SPACE(v) / 4);
    lesson_text(v, &text, style, s->line, choice_text(s, i), NULL);
}

static void draw_choices(const Said *s, Rect *box) {
    const int columns = choice_columns(s), width = box->w / columns;
    for (int i = 0; i < s->step->choice_count; i += columns) {
        int height = 0;
        for (int k = i; k < i + columns && k < s->step->choice_count; k++) {
            const int one = choice_height(s, width, k);
            height = one > height ? one : height;
        }
        Rect row = rect_cut_top(box, height);
        for (int k = i; k < i + columns && k < s->step->choice_count; k++)
            draw_choice(s, rect_cut_left(&row, width), k);
    }
}

/* --- What is meant ---------------------------------------------------------------------------- */

static void draw_lit(const View *v, const char *name, Color color) {
    const DrawRegion *region = name && name[0] ? draw_region_find(v->list, name) : NULL;
    if (!region)
        return;
    const Rect r = rect_inset(region->box, 1, 1);
    const double x = r.x, y = r.y, w = r.w, h = r.h;
    const Point corners[] = {{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}};
    draw_polyline(v->list, corners, 4,
                  (Stroke){.width = v->state->big ? 5 : 3, .color = color, .closed = true});
}

void view_lesson(const View *v, Rect box) {
    const char *lit = NULL;
    if (!tutor_step(v->session))
        return;
    if (box.h < 1) {
        draw_lit(v, tutor_step(v->session)->focus, v->theme->accent);
        return;
    }
    Said s = said_of(v, body_size(v, v->list->width, v->list->height));
    draw_fill(v->list, box, v->theme->raised);
    draw_fill(v->list, (Rect){box.x, box.y, box.w, 2}, v->theme->accent);
    draw_region(v->list, box, NULL, "view.lesson");
    box = rect_inset(box, 2 * SPACE(v), SPACE(v));
    draw_head(&s, rect_cut_top(&box, head_height(v)));
    rect_cut_top(&box, SPACE(v) / 2);
    box.w = column_width(v, v->list->width);
    lesson_text(v, &box, s.text, s.line, in(&s, &s.step->say), &lit);
    if (s.asks) {
        rect_cut_top(&box, SPACE(v) / 2);
        draw_region(v->list, box, NULL, "lesson.question");
        lesson_text(v, &box, s.bold, s.line, in(&s, &s.step->ask), &lit);
        draw_choices(&s, &box);
    }
    if (s.answered) {
        rect_cut_top(&box, SPACE(v) / 2);
        draw_region(v->list, box, NULL, "lesson.answered");
        lesson_text(v, &box, s.text, s.line, answer_text(&s), &lit);
    }
    draw_lit(v, s.step->focus, v->theme->accent);
    draw_lit(v, lit, v->theme->hover);
}
