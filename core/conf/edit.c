/* SPDX-License-Identifier: MIT */
/* Change one key of an INI file and leave every other byte as it is. */
#include "conf/parts.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

/* The file, the place to cut, and what to put there. */
struct edit {
    const char *bytes;
    size_t len;
    size_t from;
    size_t to;
    struct strbuf insert;
};

/* Where line `number` (from 1) begins; len if there are fewer. */
static size_t line_start(const struct edit *edit, int number)
{
    size_t at = 0;
    for (int line = 1; line < number && at < edit->len; line++) {
        const char *newline = memchr(edit->bytes + at, '\n', edit->len - at);
        at = newline ? (size_t)(newline - edit->bytes) + 1 : edit->len;
    }
    return at;
}

/* The line's end before its CR and LF. */
static size_t line_end(const struct edit *edit, size_t start)
{
    const char *newline = memchr(edit->bytes + start, '\n', edit->len - start);
    size_t end = newline ? (size_t)(newline - edit->bytes) : edit->len;
    if (end > start && edit->bytes[end - 1] == '\r')
        end--;
    return end;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Cut the value out of its line; blanks around it stay. */
static void replace_value(struct edit *edit, int line, const char *value)
{
    size_t start = line_start(edit, line);
    size_t end = line_end(edit, start);
    const char *equals = memchr(edit->bytes + start, '=', end - start);
    edit->from = (size_t)(equals - edit->bytes) + 1;
    while (edit->from < end && is_blank(edit->bytes[edit->from]))
        edit->from++;
    edit->to = end;
    while (edit->to > edit->from && is_blank(edit->bytes[edit->to - 1]))
        edit->to--;
    if (edit->bytes[edit->from - 1] == '=' && edit->from == end)
        strbuf_addc(&edit->insert, ' ');
    strbuf_adds(&edit->insert, value);
}

/* After the section's last key, so that comments which lead to the next section stay with that one. */
static void add_key(struct edit *edit, const struct conf_ini *ini, const char *section, const char *key,
                    const char *value)
{
    const char *first_newline = memchr(edit->bytes, '\n', edit->len);
    const char *newline = first_newline && first_newline > edit->bytes && first_newline[-1] == '\r' ? "\r\n" : "\n";
    const struct conf_section *found = conf_ini_section(ini, section);
    if (found) {
        int last = found->line;
        for (size_t i = 0; i < ini->count; i++)
            if (strcmp(ini->entries[i].section, section) == 0)
                last = ini->entries[i].line;
        edit->from = line_start(edit, last + 1);
    } else {
        edit->from = edit->len;
    }
    edit->to = edit->from;
    if (edit->from && edit->bytes[edit->from - 1] != '\n')
        strbuf_adds(&edit->insert, newline);
    if (!found)
        strbuf_addf(&edit->insert, "%s[%s]%s", edit->len ? newline : "", section, newline);
    strbuf_addf(&edit->insert, "%s = %s%s", key, value, newline);
}

/* The new text must read without a problem, say what was asked for, and say all else as before. */
static enum alm_status verify(const char *file, const struct conf_ini *before, const struct strbuf *text,
                              const char *section, const char *key, const char *value, struct alm_error *err)
{
    struct conf_ini after = {0};
    struct conf_problems problems = {0};
    conf_ini_parse(&after, file, text->at, text->len, &problems);
    enum alm_status status = conf_problems_error(&problems, err);
    if (status == ALM_OK) {
        size_t same = 0;
        for (size_t i = 0; i < before->count; i++) {
            const struct conf_entry *old = &before->entries[i];
            const struct conf_entry *now = conf_ini_entry(&after, old->section, old->key);
            bool edited = strcmp(old->section, section) == 0 && strcmp(old->key, key) == 0;
            same += now && strcmp(now->value, edited ? value : old->value) == 0;
        }
        const struct conf_entry *now = conf_ini_entry(&after, section, key);
        size_t added = conf_ini_entry(before, section, key) ? 0 : 1;
        if (same != before->count || after.count != before->count + added || !now || strcmp(now->value, value) != 0)
            status = error_set(err, ALM_BAD_CONFIG, _("edit the file by hand"), _("%s: [%s] %s cannot be set to '%s'"),
                               file, section, key, value);
    }
    conf_ini_release(&after);
    conf_problems_release(&problems);
    return status;
}

/*
 * One editor at a time: another one's key would be lost between reading and replacing.  The lock is on the folder,
 * since the file itself is exchanged.  A file system that has no such locks is no reason not to edit.
 */
static int lock_folder(const char *file)
{
    struct arena arena = {0};
    int fd = open(file_folder_of(&arena, file), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
        ;
    arena_release(&arena);
    return fd;
}

enum alm_status conf_edit(const char *file, const char *section, const char *key, const char *value,
                          struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    struct conf_ini ini = {0};
    struct conf_problems problems = {0};
    struct edit edit = {0};
    struct strbuf text = {0};
    char *bytes = NULL;
    char *real = NULL;
    int lock = -1;

    if (value[strcspn(value, "\r\n")] || key[strcspn(key, "\r\n")] || section[strcspn(section, "\r\n")]) {
        status = error_set(err, ALM_BAD_DATA, _("write it on one line"), _("a line break in [%s] %s"), section, key);
        goto out;
    }
    /* A link is followed: what it points to is replaced, not the link. */
    real = realpath(file, NULL);
    if (!real) {
        status = error_set(err, ALM_BAD_CONFIG, NULL, _("%s: cannot be read: %s"), file, strerror(errno));
        goto out;
    }
    lock = lock_folder(real);
    status = file_read(real, CONF_FILE_MAX, &bytes, &edit.len, err);
    if (status != ALM_OK)
        goto out;
    edit.bytes = bytes;
    conf_ini_parse(&ini, file, bytes, edit.len, &problems);
    status = conf_problems_error(&problems, err);
    if (status != ALM_OK)
        goto out;

    const struct conf_entry *entry = conf_ini_entry(&ini, section, key);
    if (entry && strcmp(entry->value, value) == 0)
        goto out;
    if (entry)
        replace_value(&edit, entry->line, value);
    else
        add_key(&edit, &ini, section, key, value);
    strbuf_add(&text, edit.bytes, edit.from);
    strbuf_add(&text, edit.insert.at, edit.insert.len);
    strbuf_add(&text, edit.bytes + edit.to, edit.len - edit.to);
    status = verify(file, &ini, &text, section, key, value, err);
    if (status == ALM_OK)
        status = file_replace(real, text.at, text.len, err);

out:
    strbuf_release(&text);
    strbuf_release(&edit.insert);
    conf_problems_release(&problems);
    conf_ini_release(&ini);
    if (lock >= 0)
        close(lock);
    free(bytes);
    free(real);
    return status;
}
