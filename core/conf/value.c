/* SPDX-License-Identifier: MIT */
/* One value by its type: for settings, options and imported cells alike. */
#include "conf/parts.h"
#include <strings.h>

const char *conf_type_name(uint32_t type)
{
    switch (type) {
    case ALM_BOOL:
        return _("yes or no");
    case ALM_INT:
        return _("a whole number");
    case ALM_DECIMAL:
        return _("a number");
    case ALM_MONEY:
        return _("an amount of money");
    case ALM_QUANTITY:
        return _("a quantity");
    case ALM_DATE:
        return _("a date");
    case ALM_MONTH:
        return _("a month");
    case ALM_TIME:
        return _("a time");
    case ALM_DURATION:
        return _("a duration");
    case ALM_PATH:
        return _("a path");
    case ALM_ENUM:
        return _("a choice");
    case ALM_LIST:
        return _("a list");
    case ALM_ID:
        return _("an id");
    default:
        return _("text");
    }
}

const char *conf_type_example(uint32_t type)
{
    switch (type) {
    case ALM_BOOL:
        return "yes";
    case ALM_INT:
    case ALM_ID:
        return "12";
    case ALM_DECIMAL:
    case ALM_QUANTITY:
        return "1.5";
    case ALM_MONEY:
        return "250000";
    case ALM_DATE:
        return _("1399/09/15 or 2020-12-05");
    case ALM_MONTH:
        return "1399/09";
    case ALM_TIME:
        return "2020-12-05T12:30";
    case ALM_DURATION:
        return _("30 days");
    default:
        return "";
    }
}

static enum alm_status parse_bool(struct alm_text text, int64_t *number, struct alm_error *err)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"yes", true}, {"no", false},  {"true", true}, {"false", false},
                 {"on", true},  {"off", false}, {"1", true},    {"0", false}};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strlen(words[i].word) == text.len && strncasecmp(words[i].word, text.at, text.len) == 0) {
            *number = words[i].value;
            return ALM_OK;
        }
    return error_set(err, ALM_BAD_DATA, _("write yes or no"), _("'%.*s' is neither yes nor no"),
                     (int)(text.len < 60 ? text.len : 60), text.at);
}

static enum alm_status parse_enum(const char *const *choices, struct alm_text text, struct alm_value *value,
                                  struct alm_error *err)
{
    size_t n = 0;
    for (; choices && choices[n]; n++)
        if (strlen(choices[n]) == text.len && strncasecmp(choices[n], text.at, text.len) == 0) {
            value->number = (int64_t)n;
            value->text = choices[n];
            return ALM_OK;
        }
    struct strbuf hint = {0};
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)(text.len < sizeof word ? text.len : sizeof word - 1), text.at);
    const char *nearest = n ? error_nearest(word, choices, n) : NULL;
    if (nearest)
        strbuf_addf(&hint, _("did you mean '%s'? "), nearest);
    strbuf_adds(&hint, _("one of "));
    for (size_t i = 0; i < n; i++)
        strbuf_addf(&hint, "%s%s", i ? ", " : "", choices[i]);
    error_set(err, ALM_BAD_DATA, hint.at, _("'%s' is not one of the choices"), word);
    strbuf_release(&hint);
    return ALM_BAD_DATA;
}

/* The types that are numbers. */
static enum alm_status parse_number(const struct conf_rule *rule, struct alm_text text, int64_t *number,
                                    struct alm_error *err)
{
    alm_date date = ALM_NO_DATE;
    int32_t month = 0;
    enum alm_status status;
    switch (rule->type) {
    case ALM_BOOL:
        return parse_bool(text, number, err);
    case ALM_DECIMAL:
    case ALM_QUANTITY:
        return number_parse_thousandths(text, number, err);
    case ALM_MONEY:
        return number_parse_money(text, rule->currency_decimals, number, err);
    case ALM_DATE:
        status = date_parse(text, &date, err);
        *number = date;
        return status;
    case ALM_MONTH:
        status = date_parse_month(text, &month, err);
        *number = month;
        return status;
    case ALM_TIME:
        return date_parse_time(text, number, err);
    case ALM_DURATION:
        return number_parse_duration(text, number, err);
    default:
        return number_parse_int(text, number, err);
    }
}

/* A bound is a constant of some table; one that cannot be parsed is found by plugin_check() and is no bound here. */
static bool bound_of(const struct conf_rule *rule, const char *text, int64_t *bound)
{
    struct alm_error ignored;
    return text && parse_number(rule, text_of(text), bound, &ignored) == ALM_OK;
}

static enum alm_status check_bounds(const struct conf_rule *rule, struct alm_text text, int64_t number,
                                    struct alm_error *err)
{
    int64_t bound;
    bool low = bound_of(rule, rule->min, &bound) && number < bound;
    bool high = !low && bound_of(rule, rule->max, &bound) && number > bound;
    if (!low && !high)
        return ALM_OK;
    char hint[120];
    if (rule->min && rule->max)
        snprintf(hint, sizeof hint, _("from %s to %s"), rule->min, rule->max);
    else
        snprintf(hint, sizeof hint, low ? _("at least %s") : _("at most %s"), low ? rule->min : rule->max);
    return error_set(err, ALM_BAD_DATA, hint, low ? _("'%.*s' is too little") : _("'%.*s' is too much"), (int)text.len,
                     text.at);
}

enum alm_status conf_value_parse(const struct conf_rule *rule, struct alm_text text, struct arena *arena,
                                 struct alm_value *value, struct alm_error *err)
{
    *value = (struct alm_value){.is_null = text.at == NULL};
    if (value->is_null)
        return ALM_OK;
    if (text_valid_length(text) < text.len)
        return error_set(err, ALM_BAD_DATA, _("save it as UTF-8 text"), _("the value is not UTF-8"));
    if (rule->type == ALM_STRING) {
        value->text = arena_strndup(arena, text.at, text.len);
        return ALM_OK;
    }
    text = text_trim(text);
    if (rule->type == ALM_LIST) {
        value->text = arena_strndup(arena, text.at, text.len);
        return ALM_OK;
    }
    if (!text.len)
        return error_set(err, ALM_BAD_DATA, _("write a value, or leave it out"), _("the value is empty"));
    if (rule->type == ALM_PATH) {
        const char *path = arena_strndup(arena, text.at, text.len);
        value->text = rule->folder ? file_join(arena, rule->folder, path) : path;
        return ALM_OK;
    }
    if (rule->type == ALM_ENUM)
        return parse_enum(rule->choices, text, value, err);

    enum alm_status status = parse_number(rule, text, &value->number, err);
    if (status != ALM_OK) {
        if (err && !err->hint[0])
            snprintf(err->hint, sizeof err->hint, _("write for example %s"),
                     rule->example && *rule->example ? rule->example : conf_type_example(rule->type));
        return status;
    }
    return check_bounds(rule, text, value->number, err);
}
