/* What completes commands in a shell. */
#include "app/app.h"
#include "app/help.h"

#include "model/model.h"
#include "session/lesson.h"
#include <string.h>

/* "a|b" as "a b". */
static void put_choices(FILE *out, const char *choices) {
    for (; *choices; choices++)
        fputc(*choices == '|' ? ' ' : *choices, out);
}

static void put_names(FILE *out, char **names, size_t count) {
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%s", i ? " " : "", names[i]);
}

/* What comes after a verb that is no option: lessons, recipes and scripts are few or files. */
static void put_models(FILE *out) {
    Arena arena = {0};
    char **names;
    size_t count;
    if (model_names(&arena, &names, &count, NULL))
        put_names(out, names, count);
    arena_free(&arena);
}

static void put_lessons(FILE *out) {
    Arena arena = {0};
    char **ids;
    size_t count;
    if (lesson_ids(&arena, &ids, &count, NULL))
        put_names(out, ids, count);
    arena_free(&arena);
}

static bool takes_model(const Verb *v) {
    return strstr(v->synopsis, "MODEL") || v->run == verb_train;
}

static void put_words(FILE *out, const Verb *v) {
    if (takes_model(v))
        put_models(out);
    else if (v->run == verb_lesson) {
        fputs("list show check play ", out);
        put_lessons(out);
    } else if (v->run == verb_help) {
        for (const Verb *other = verbs; other->name; other++)
            fprintf(out, "%s ", other->name);
        fputs("layers actions keys state", out);
    }
    if (v->run == verb_explain)
        fputs(" deconvnet gradient guided cube occlusion gradcam top9", out);
}

static void put_verbs(FILE *out) {
    for (const Verb *v = verbs; v->name; v++)
        fprintf(out, "%s%s", v == verbs ? "" : " ", v->name);
}

/* --- bash ------------------------------------------------------------------------------------- */

static void bash_verb(FILE *out, const Verb *v) {
    OptionHelp o;
    for (int at = 0; options_next(v->name, &at, &o);)
        if (o.choices) {
            fprintf(out, "    '%s --%s') words='", v->name, o.name);
            put_choices(out, o.choices);
            fputs("' ;;\n", out);
        } else if (o.value) {
            fprintf(out, "    '%s --%s') words= ;;\n", v->name, o.name);
        }
    fprintf(out, "    '%s '*) words='", v->name);
    put_words(out, v);
    for (int at = 0; options_next(v->name, &at, &o);)
        fprintf(out, " --%s", o.name);
    fputs("' ;;\n", out);
}

void help_bash(FILE *out) {
    fputs("# convoscope in bash\n_convoscope() {\n"
          "    local now=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=\n"
          "    if [ \"$COMP_CWORD\" = 1 ]; then\n        words='",
          out);
    put_verbs(out);
    fputc(' ', out);
    put_models(out);
    fputs("'\n    else case \"${COMP_WORDS[1]} $before\" in\n", out);
    for (const Verb *v = verbs; v->name; v++)
        bash_verb(out, v);
    fputs("    esac; fi\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$now\")\n}\n"
          "complete -o default -F _convoscope convoscope\n",
          out);
}

/* --- zsh -------------------------------------------------------------------------------------- */

/* Within [...] of a specification, in single quotes. */
static void put_zsh_text(FILE *out, const char *text) {
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", out);
        else if (strchr("[]:\\", *text))
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
}

static void zsh_verb(FILE *out, const Verb *v) {
    OptionHelp o;
    fprintf(out, "    %s) _arguments \\\n", v->name);
    for (int at = 0; options_next(v->name, &at, &o);) {
        fprintf(out, "        '--%s%s[", o.name, o.value ? "=" : "");
        put_zsh_text(out, o.help);
        fputc(']', out);
        if (o.value)
            fputs(o.choices ? ":choice:(" : ":value:_files", out);
        if (o.choices) {
            put_choices(out, o.choices);
            fputc(')', out);
        }
        fputs("' \\\n", out);
    }
    fputs("        '*:argument:_alternative \"w:word:(", out);
    put_words(out, v);
    fputs(")\" \"f:file:_files\"' ;;\n", out);
}

void help_zsh(FILE *out) {
    fputs("#compdef convoscope\nif (( CURRENT == 2 )); then\n    _alternative 'c:command:((", out);
    for (const Verb *v = verbs; v->name; v++) {
        fprintf(out, "%s\\:\"", v->name);
        put_zsh_text(out, v->summary);
        fputs("\" ", out);
    }
    fputs("))' 'm:network:(", out);
    put_models(out);
    fputs(")'\n    return\nfi\nlocal verb=$words[2]\nshift words\n(( CURRENT-- ))\ncase $verb in\n",
          out);
    for (const Verb *v = verbs; v->name; v++)
        zsh_verb(out, v);
    fputs("esac\n", out);
}

/* --- fish ------------------------------------------------------------------------------------- */

static void put_fish_text(FILE *out, const char *text) {
    fputc('\'', out);
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
    fputc('\'', out);
}

static void fish_verb(FILE *out, const Verb *v) {
    OptionHelp o;
    fprintf(out, "complete -c convoscope -n __fish_use_subcommand -a %s -d ", v->name);
    put_fish_text(out, v->summary);
    fprintf(out, "\ncomplete -c convoscope -n '__fish_seen_subcommand_from %s' -a '", v->name);
    put_words(out, v);
    fputs("'\n", out);
    for (int at = 0; options_next(v->name, &at, &o);) {
        fprintf(out, "complete -c convoscope -n '__fish_seen_subcommand_from %s' -l %s", v->name,
                o.name);
        if (o.choices) {
            fputs(" -x -a '", out);
            put_choices(out, o.choices);
            fputc('\'', out);
        } else if (o.value) {
            fputs(" -r", out);
        }
        fputs(" -d ", out);
        put_fish_text(out, o.help);
        fputc('\n', out);
    }
}

void help_fish(FILE *out) {
    fputs("# convoscope in fish\n", out);
    for (const Verb *v = verbs; v->name; v++)
        fish_verb(out, v);
}
