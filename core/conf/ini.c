/* SPDX-License-Identifier: MIT */
/*
 * INI text behind a guarded reader.  inih silently misreads a good many slips; here each raw line is looked at before
 * inih sees it, and what it would misread is a problem with its line.  inih is handed either a line that it
 * reads as we do, or an empty one.
 */
#include "conf/parts.h"
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the reader and the handler, which inih calls in turn for each line, know together. */
struct source {
    struct conf_ini *ini;
    struct conf_problems *problems;
    const char *at;
    size_t len;
    size_t position;
    int line;
    const char *section; /* NULL: none yet */
    bool skip;           /* below a broken header: whose keys these are nobody knows */
    bool pending;        /* a key was handed to inih, and the handler has not been called for it */
};

ALM_PRINTF(3, 4) static void complain(struct source *source, const char *hint, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    conf_problem_add(source->problems, source->ini->file, source->line, hint, "%s", text);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct alm_text trim(struct alm_text text)
{
    while (text.len && is_blank(text.at[0])) {
        text.at++;
        text.len--;
    }
    while (text.len && is_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

/* Bytes that are wrong in any line, comments too: they would hide what follows them, or shift it to another line. */
static bool sound_bytes(struct source *source, struct alm_text line)
{
    if (memchr(line.at, '\0', line.len)) {
        complain(source, _("save the file as UTF-8 text"), _("a NUL byte; what follows it in the line would be lost"));
        return false;
    }
    if (line.len > CONF_LINE_MAX) {
        complain(source, _("shorten the line; a comment can go on in the next one"),
                 _("the line is %zu bytes long and at most %d can be read"), line.len, (int)CONF_LINE_MAX);
        return false;
    }
    size_t valid = text_valid_length(line);
    if (valid < line.len) {
        complain(source, _("save the file as UTF-8 text"), _("byte %zu of the line is not UTF-8"), valid + 1);
        return false;
    }
    for (size_t i = 0; i < line.len; i++) {
        unsigned char c = (unsigned char)line.at[i];
        if (c == '\r') {
            complain(source, _("end lines with LF or CRLF"), _("a carriage return inside the line"));
            return false;
        }
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            complain(source, _("delete it"), _("byte %zu of the line is a control character (0x%02x)"), i + 1, c);
            return false;
        }
    }
    return true;
}

/* Why a section cannot have that name; NULL if it can. */
static const char *section_fault(struct alm_text name)
{
    if (!name.len)
        return _("a section without a name");
    if (name.len > CONF_SECTION_MAX)
        return _("the section's name is too long");
    if (is_blank(name.at[0]) || is_blank(name.at[name.len - 1]))
        return _("blanks beside the brackets");
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] == '\t' || (name.at[i] == ' ' && name.at[i + 1] == ' '))
            return _("more than one blank in the section's name");
        if (strchr("[;#=", name.at[i]))
            return _("[, ;, # and = cannot stand in a section's name");
    }
    return NULL;
}

static bool sound_header(struct source *source, struct alm_text line)
{
    const char *close = memchr(line.at, ']', line.len);
    source->skip = true;
    if (!close) {
        complain(source, _("write for example [programme]"),
                 _("the section's header has no ]; keys below it are not read"));
        return false;
    }
    struct alm_text name = {line.at + 1, (size_t)(close - line.at) - 1};
    const char *fault = section_fault(name);
    if (fault) {
        complain(source, _("write for example [programme] or [kit large]"), _("%s; keys below it are not read"), fault);
        return false;
    }
    source->skip = false;
    source->section = arena_strndup(&source->ini->arena, name.at, name.len);
    struct alm_text rest = {close + 1, line.len - name.len - 2};
    if (trim(rest).len)
        complain(source, _("put it on a line of its own"), _("text after the ] of [%s] would be lost"),
                 source->section);

    struct conf_ini *ini = source->ini;
    const struct conf_section *before = conf_ini_section(ini, source->section);
    if (before) {
        char hint[80];
        snprintf(hint, sizeof hint, _("move its keys to line %d"), before->line);
        complain(source, hint, _("section [%s] is there already"), source->section);
        source->section = before->name;
        return true;
    }
    if (ini->n_sections >= ini->sections_capacity) {
        ini->sections_capacity = ini->sections_capacity ? ini->sections_capacity * 2 : 8;
        ini->sections = xreallocarray(ini->sections, ini->sections_capacity, sizeof *ini->sections);
    }
    ini->sections[ini->n_sections++] = (struct conf_section){.name = source->section, .line = source->line};
    return true;
}

static bool sound_key(struct source *source, struct alm_text key)
{
    if (!key.len) {
        complain(source, _("write key = value"), _("no key before the ="));
        return false;
    }
    if (memmem(key.at, key.len, "://", 3)) { /* an address, in which a password may stand: it is not shown */
        complain(source, _("write key = value"), _("an address where a key belongs"));
        return false;
    }
    for (size_t i = 0; i < key.len; i++) {
        char c = key.at[i];
        if (is_blank(c) || c == ':') {
            complain(source, _("write key = value"), _("'%.*s' is not a key"), (int)key.len, key.at);
            return false;
        }
        bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!fits) {
            complain(source, _("keys are made of a to z, 0 to 9, _ and -"), _("'%.*s' is not a key"), (int)key.len,
                     key.at);
            return false;
        }
    }
    return true;
}

static bool sound_entry(struct source *source, struct alm_text line)
{
    const char *equals = memchr(line.at, '=', line.len);
    if (!equals) {
        complain(source, _("write key = value; a comment begins with ;"), _("no = in the line"));
        return false;
    }
    struct alm_text key = trim((struct alm_text){line.at, (size_t)(equals - line.at)});
    struct alm_text value = {equals + 1, line.len - (size_t)(equals - line.at) - 1};
    if (!sound_key(source, key))
        return false;
    if (memchr(value.at, ';', value.len)) {
        complain(source, _("put a comment on a line of its own"),
                 _("%.*s: ; in a value, where it would begin a comment"), (int)key.len, key.at);
        return false;
    }
    if (source->skip)
        return false;
    if (!source->section) {
        complain(source, _("put a header such as [programme] above it"), _("%.*s stands before any section"),
                 (int)key.len, key.at);
        return false;
    }
    return true;
}

/* Whether inih may see the line. */
static bool sound_line(struct source *source, struct alm_text line)
{
    if (!sound_bytes(source, line)) {
        /* What a header said that cannot be read is not known, so neither is where the keys below it belong. */
        if (line.len && line.at[0] == '[')
            source->skip = true;
        return false;
    }
    struct alm_text trimmed = trim(line);
    if (!trimmed.len || trimmed.at[0] == ';' || trimmed.at[0] == '#')
        return false;
    if (trimmed.at != line.at) {
        if (trimmed.at[0] == '[')
            source->skip = true;
        complain(source, _("remove the blanks in front"),
                 _("an indented line, which would become part of the value above"));
        return false;
    }
    if (trimmed.at[0] == '[')
        return sound_header(source, trimmed);
    source->pending = sound_entry(source, trimmed);
    return source->pending;
}

static void complain_if_pending(struct source *source)
{
    if (source->pending)
        complain(source, _("write key = value"), _("the line is not understood"));
    source->pending = false;
}

/* inih's fgets: `size` bytes with the NUL. */
static char *guarded_reader(char *out, int size, void *stream)
{
    struct source *source = stream;
    complain_if_pending(source);
    if (source->position >= source->len)
        return NULL;
    const char *start = source->at + source->position;
    size_t left = source->len - source->position;
    const char *newline = memchr(start, '\n', left);
    struct alm_text line = {start, newline ? (size_t)(newline - start) : left};
    source->position += line.len + (newline != NULL);
    source->line++;
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    if (size <= 0 || !sound_line(source, line) || line.len >= (size_t)size)
        line.len = 0;
    if (size > 0) {
        memcpy(out, line.at, line.len);
        out[line.len] = '\0';
    }
    return out;
}

static int take_entry(void *user, const char *section, const char *name, const char *value)
{
    struct source *source = user;
    if (!source->pending || strcmp(section, source->section) != 0)
        return 1; /* still pending: the next line complains */
    source->pending = false;
    struct conf_ini *ini = source->ini;
    const struct conf_entry *before = conf_ini_entry(ini, source->section, name);
    if (before) {
        char hint[80];
        snprintf(hint, sizeof hint, _("keep one of the two; the other is in line %d"), before->line);
        complain(source, hint, _("[%s] %s is there already"), section, name);
        return 1;
    }
    ARRAY_ROOM(ini->entries, ini->count, ini->capacity);
    ini->entries[ini->count++] = (struct conf_entry){.section = source->section,
                                                     .key = arena_strdup(&ini->arena, name),
                                                     .value = arena_strdup(&ini->arena, value),
                                                     .line = source->line};
    return 1;
}

void conf_ini_parse(struct conf_ini *ini, const char *file, const char *bytes, size_t len,
                    struct conf_problems *problems)
{
    *ini = (struct conf_ini){0};
    ini->file = arena_strdup(&ini->arena, file);
    struct source source = {.ini = ini, .problems = problems, .at = bytes, .len = len};
    if (len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        source.position = 3;
    int result = ini_parse_stream(guarded_reader, &source, take_entry, &source);
    complain_if_pending(&source);
    if (result < 0)
        conf_problem_add(problems, file, 0, NULL, _("the file cannot be parsed"));
}

bool conf_ini_read(struct conf_ini *ini, const char *file, struct conf_problems *problems)
{
    *ini = (struct conf_ini){0};
    ini->file = arena_strdup(&ini->arena, file);
    struct stat status;
    if (stat(file, &status) != 0 || (!S_ISDIR(status.st_mode) && access(file, R_OK) != 0)) {
        const int why = errno;
        conf_problem_add(problems, file, 0,
                         why == EACCES ? _("let the user who runs almoner read it and enter its folder") : NULL,
                         _("cannot be read: %s"), strerror(why));
        return false;
    }
    if (S_ISDIR(status.st_mode)) {
        conf_problem_add(problems, file, 0, _("name a file"), _("is a folder"));
        return false;
    }
    char *bytes = NULL;
    size_t len = 0;
    struct alm_error err = {0};
    const enum alm_status read = file_read(file, CONF_FILE_MAX, &bytes, &len, &err);
    if (read == ALM_BAD_DATA)
        conf_problem_add(problems, file, 0, _("take out of it what is no settings, or name the right file"),
                         _("is too large: at most %d KiB are read"), (int)CONF_FILE_MAX / 1024);
    else if (read != ALM_OK)
        conf_problem_add(problems, file, 0, err.hint, _("cannot be read: %s"), strerror(errno));
    if (read != ALM_OK)
        return false;
    arena_release(&ini->arena);
    conf_ini_parse(ini, file, bytes, len, problems);
    free(bytes);
    return true;
}

void conf_ini_release(struct conf_ini *ini)
{
    free(ini->entries);
    free(ini->sections);
    arena_release(&ini->arena);
    *ini = (struct conf_ini){0};
}

struct conf_entry *conf_ini_entry(const struct conf_ini *ini, const char *section, const char *key)
{
    for (size_t i = 0; i < ini->count; i++)
        if (strcmp(ini->entries[i].key, key) == 0 && strcmp(ini->entries[i].section, section) == 0)
            return &ini->entries[i];
    return NULL;
}

struct conf_section *conf_ini_section(const struct conf_ini *ini, const char *section)
{
    for (size_t i = 0; i < ini->n_sections; i++)
        if (strcmp(ini->sections[i].name, section) == 0)
            return &ini->sections[i];
    return NULL;
}

const struct conf_entry *conf_ini_find(struct conf_ini *ini, const char *section, const char *key)
{
    return conf_ini_entry(ini, section, key);
}
