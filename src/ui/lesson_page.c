#include "ui/lesson_page.h"

#include "base/markup.h"
#include "base/memory.h"
#include "base/text.h"
#include <string.h>

/* --- Pieces ----------------------------------------------------------------------------------- */

static void put(LessonPage *page, const char *text) {
    file_put(&page->file, text, strlen(text));
}

static void put_words(LessonPage *page, const char *key) {
    const char *words = words_get(page->words, page->language, key);
    markup_put_text(&page->file, words, strlen(words));
}

/* Words that light something on the screen are set off. */
static void put_text(LessonPage *page, const char *tag, const LessonText *text) {
    LessonSpan span;
    const char *at = text->in[page->language];
    if (!at[0])
        return;
    put(page, TEXT("<%s>", tag));
    while (lesson_span(&at, &span)) {
        put(page, span.region[0] ? "<b>" : "");
        markup_put_text(&page->file, span.text, span.length);
        put(page, span.region[0] ? "</b>" : "");
    }
    put(page, TEXT("</%.*s>\n", (int)strcspn(tag, " "), tag));
}

/* --- The page --------------------------------------------------------------------------------- */

static const char style[] =
    "<style>\n"
    "body { font: 17px/1.5 'DejaVu Sans', 'Noto Sans', sans-serif; color: #202124; max-width: 60em;"
    " margin: 2em auto; padding: 0 1em; }\n"
    "figure { margin: 2em 0; break-inside: avoid; }\n"
    "img { width: 100%; border: 1px solid #b0b3ba; }\n"
    "h2 { margin-top: 2.5em; break-after: avoid; }\n"
    "b { font-weight: 600; }\n"
    ".question { font-weight: 600; }\n"
    ".answer { border-left: 4px solid #0072b2; padding-left: .8em; }\n"
    "li.right { font-weight: 600; }\n"
    "footer { color: #5f6368; font-size: 80%; border-top: 1px solid #b0b3ba; }\n"
    "@media print { body { max-width: none; margin: 0; font-size: 11pt; } }\n"
    "</style>\n";

bool lesson_page_begin(LessonPage *page, const char *folder, const Lesson *lesson,
                       const Words *words, WordsLanguage language, Error *err) {
    char path[FILE_PATH_MAX];
    *page = (LessonPage){.lesson = lesson, .words = words, .language = language};
    if (!file_join(path, sizeof path, folder, TEXT("%s.html", lesson->id), err) ||
        !file_create(&page->file, path, err))
        return false;
    page->open = true;
    const char *title = lesson->title.in[language];
    put(page, TEXT("<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
                   words_language_code(language)));
    markup_put_text(&page->file, title, strlen(title));
    put(page, "</title>\n");
    put(page, style);
    put(page, "</head>\n<body>\n");
    put_text(page, "h1", &lesson->title);
    put_text(page, "p", &lesson->about);
    return true;
}

static bool put_picture(LessonPage *page, const char *path, const LessonStep *step, Error *err) {
    size_t size;
    char plain[1000];
    uint8_t *data = file_read(path, 256 << 20, false, &size, err);
    if (!data)
        return false;
    lesson_plain(plain, sizeof plain, step->say.in[page->language]);
    put(page, "<img alt=\"");
    markup_put_text(&page->file, plain, strlen(plain));
    put(page, "\" src=\"data:image/png;base64,");
    markup_put_base64(&page->file, data, size);
    put(page, "\">\n");
    mem_free(data);
    return true;
}

static void put_choices(LessonPage *page, const LessonStep *step, bool answered) {
    if (!step->choice_count)
        return;
    put(page, "<ol>\n");
    for (int i = 0; i < step->choice_count; i++)
        put_text(page, answered && step->choices[i].right ? "li class=\"right\"" : "li",
                 &step->choices[i].text);
    put(page, "</ol>\n");
}

bool lesson_page_add(LessonPage *page, const LessonStep *step, bool answered, const char *picture,
                     Error *err) {
    if (!answered)
        put_text(page, "h2", &step->title);
    put(page, TEXT("<figure id=\"p%d\">\n", ++page->pauses));
    if (!put_picture(page, picture, step, err))
        return false;
    put(page, "<figcaption>\n");
    if (!answered)
        put_text(page, "p", &step->say);
    if (lesson_asks(step) && !answered)
        put_text(page, "p class=\"question\"", &step->ask);
    if (lesson_asks(step))
        put_choices(page, step, answered);
    if (answered)
        put_text(page, "p class=\"answer\"", &step->answer);
    put(page, "</figcaption>\n</figure>\n");
    return true;
}

bool lesson_page_end(LessonPage *page, bool ok, Error *err) {
    if (!page->open)
        return ok;
    put(page, "<footer><p>");
    put_words(page, "lesson.made_with");
    put(page, TEXT(" <code>convoscope lesson play %s</code></p></footer>\n</body>\n</html>\n",
                   page->lesson->id));
    if (ok)
        return file_commit(&page->file, err);
    file_abort(&page->file);
    return false;
}
