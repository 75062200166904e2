/* SPDX-License-Identifier: MIT */
/*
 * `almoner completion`: a small script for each shell, which asks `almoner completion words` what may stand next.  The
 * answer comes from the table of commands and from what is configured at that moment, so that new programmes need no
 * new scripts.
 */
#include "cli/cli.h"

#include <dirent.h>

static const char bash_script[] =
    "# bash completion for almoner; made by: almoner completion bash\n"
    "_almoner()\n"
    "{\n"
    "    local word rest current=${COMP_WORDS[COMP_CWORD]}\n"
    "    [ \"$current\" != = ] || current=\n"
    "    COMPREPLY=()\n"
    "    while IFS=$'\\t' read -r word rest; do\n"
    "        if [ \"$word\" = :files ]; then\n"
    "            compopt -o filenames 2>/dev/null\n"
    "            while read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen -f -- \"$current\")\n"
    "        else\n"
    "            COMPREPLY+=(\"$word\")\n"
    "        fi\n"
    "    done < <(\"$1\" completion words -- \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
    "}\n"
    "complete -F _almoner almoner\n";

static const char zsh_script[] =
    "#compdef almoner\n"
    "# zsh completion for almoner; made by: almoner completion zsh\n"
    "_almoner()\n"
    "{\n"
    "    local line\n"
    "    local -a described\n"
    "    for line in \"${(@f)$(\"${words[1]}\" completion words -- \"${(@)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
    "        if [[ $line == :files ]]; then\n"
    "            _files\n"
    "        elif [[ -n $line ]]; then\n"
    "            described+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\")\n"
    "        fi\n"
    "    done\n"
    "    (( ! $#described )) || _describe -t words almoner described\n"
    "}\n"
    "if [[ $funcstack[1] == _almoner ]]; then\n"
    "    _almoner \"$@\"\n"
    "else\n"
    "    compdef _almoner almoner\n"
    "fi\n";

static const char fish_script[] =
    "# fish completion for almoner; made by: almoner completion fish\n"
    "function __almoner_words\n"
    "    set -l words (commandline -opc)\n"
    "    set -l current (commandline -ct)\n"
    "    for line in (command $words[1] completion words -- $words[2..-1] \"$current\" 2>/dev/null)\n"
    "        if test \"$line\" = :files\n"
    "            __fish_complete_path \"$current\"\n"
    "        else\n"
    "            printf '%s\\n' $line\n"
    "        end\n"
    "    end\n"
    "end\n"
    "complete -c almoner -f -a '(__almoner_words)'\n";

/* ---- candidates ---- */

struct completing {
    struct cli *cli;
    const char *current; /* what is typed of the word so far */
    const char *prefix;  /* stands before every candidate: "--output=" or "area," */
};

static void offer(struct completing *c, const char *word, const char *about)
{
    if (strncmp(word, c->current, strlen(c->current)) == 0)
        fprintf(c->cli->out, "%s%s\t%s\n", c->prefix, word, about ? _(about) : "");
}

static void offer_option(struct completing *c, const struct alm_option *option)
{
    if (!(option->flags & (ALM_HIDDEN | ALM_ARGUMENT)))
        offer(c, arena_printf(&c->cli->arena, "--%s", option->name), option->help);
}

static void offer_programmes(struct completing *c, bool all)
{
    struct alm_error ignored = {0};
    const struct conf *conf;

    if (cli_open_host(c->cli, &ignored) != ALM_OK)
        return;
    conf = host_conf(c->cli->host);
    for (size_t i = 0; i < conf->n_programmes; i++)
        if (all || conf->programmes[i].core->enabled)
            offer(c, conf->programmes[i].name, conf->programmes[i].core->title);
}

/* By their files: none is loaded to be named. */
static void offer_plugins(struct completing *c)
{
    struct alm_error ignored = {0};
    DIR *dir = NULL;

    if (cli_open_host(c->cli, &ignored) == ALM_OK)
        dir = opendir(host_conf(c->cli->host)->almoner->plugindir);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        size_t len = strlen(entry->d_name);

        if (len > 3 && strcmp(entry->d_name + len - 3, ".so") == 0)
            offer(c, arena_strndup(&c->cli->arena, entry->d_name, len - 3), N_("plug-in"));
    }
    if (dir)
        closedir(dir);
}

/* Codes of the lists that are the same everywhere; nothing personal is ever offered. */
static void offer_codes(struct completing *c, const char *list)
{
    static const struct {
        const char *list, *sql;
    } queries[] = {
        {"area", "SELECT code, name FROM area WHERE code >= $1 ORDER BY code LIMIT 500"},
        {"parent", "SELECT code, name FROM area WHERE code >= $1 ORDER BY code LIMIT 500"},
        {"body", "SELECT code, name FROM body WHERE code >= $1 ORDER BY code LIMIT 500"},
        {"group", "SELECT code, name FROM volunteer_group WHERE code >= $1 ORDER BY code LIMIT 500"},
        {"base", "SELECT code, name FROM base WHERE code >= $1 ORDER BY code LIMIT 500"},
        {"stage", "SELECT code, name FROM stage WHERE code >= $1 ORDER BY code LIMIT 500"},
    };
    struct alm_error ignored = {0};
    struct store_stmt *stmt;
    struct store *store;
    bool row;

    for (size_t i = 0; i < COUNT_OF(queries); i++) {
        if (strcmp(queries[i].list, list) != 0 || cli_open_host(c->cli, &ignored) != ALM_OK ||
            cli_store(c->cli, &store, &ignored) != ALM_OK ||
            store_query(store, &stmt, &ignored, queries[i].sql, "t", c->current) != ALM_OK)
            continue;
        while (store_next(stmt, &row, &ignored) == ALM_OK && row)
            offer(c, store_string(stmt, 0), store_string(stmt, 1));
    }
}

/* What may stand as the value of an option, or as an argument. */
static void offer_values(struct completing *c, const char *noun, const struct alm_option *option)
{
    static const char *const pages[] = {"almoner", "almoner.ini", "almoner-plugin"};
    const char *value = option->value ? option->value : "";

    if (option->choices) {
        const char *comma = option->type == ALM_ENUM ? NULL : strrchr(c->current, ',');

        if (comma) {
            c->prefix = arena_printf(&c->cli->arena, "%s%.*s", c->prefix, (int)(comma + 1 - c->current), c->current);
            c->current = comma + 1;
        }
        for (size_t i = 0; option->choices[i]; i++)
            offer(c, option->choices[i], NULL);
    } else if (option->type == ALM_PATH || strcmp(value, "FILE") == 0) {
        fputs(":files\n", c->cli->out);
    } else if (strcmp(value, "PLUGIN") == 0) {
        offer_plugins(c);
    } else if (strcmp(value, "PAGE") == 0) {
        for (size_t i = 0; i < COUNT_OF(pages); i++)
            offer(c, pages[i], NULL);
        offer_programmes(c, true);
    } else if (strcmp(option->name, "programme") == 0) {
        offer_programmes(c, false);
    } else if (option->flags & ALM_ARGUMENT && (strcmp(noun, "programme") == 0 || strcmp(noun, "config") == 0)) {
        offer_programmes(c, true);
    } else if (strcmp(option->name, "code") == 0) {
        offer_codes(c, noun);
    } else {
        offer_codes(c, option->name);
    }
}

/* ---- the words before ---- */

static const struct alm_option *option_of(const struct alm_option *options, size_t n, const char *word)
{
    size_t len = strcspn(word, "=");

    for (size_t i = 0; i < n; i++)
        if (!(options[i].flags & ALM_ARGUMENT) && strncmp(word, "--", 2) == 0 && strlen(options[i].name) == len - 2 &&
            memcmp(options[i].name, word + 2, len - 2) == 0)
            return &options[i];
    return NULL;
}

/*
 * Leave only positional words, from `words` on; options with their values go.  Bash hands over --output=csv as three
 * words.  *waiting is the option whose value comes next, if one does.
 */
static int take_options(struct completing *c, const struct alm_option *options, size_t n_options, int n, char **words,
                        const struct alm_option **waiting)
{
    int kept = 0;

    *waiting = NULL;
    for (int i = 0; i < n; i++) {
        const struct alm_option *option = option_of(cli_globals, cli_n_globals, words[i]);

        if (!option)
            option = option_of(options, n_options, words[i]);
        if (*waiting) {
            if (strcmp(words[i], "=") == 0)
                continue;
            if (*waiting == option_of(cli_globals, cli_n_globals, "--config"))
                c->cli->config = words[i];
            *waiting = NULL;
        } else if (option) {
            const char *equals = strchr(words[i], '=');

            if (equals && option == option_of(cli_globals, cli_n_globals, "--config"))
                c->cli->config = equals + 1;
            *waiting = equals || option->type == ALM_BOOL ? NULL : option;
        } else if (words[i][0] != '-' || !words[i][1]) {
            words[kept++] = words[i];
        }
    }
    return kept;
}

/* ---- commands ---- */

static void offer_nouns(struct completing *c)
{
    for (size_t i = 0; cli_nouns[i]; i++)
        offer(c, cli_nouns[i]->name, cli_nouns[i]->summary);
    offer(c, "help", N_("what a command takes"));
    offer_programmes(c, false);
}

/* The next word of every command that begins with the words typed. */
static void offer_verbs(struct completing *c, const struct alm_command *commands, size_t n, int n_words, char **words)
{
    const char *last = NULL;

    for (size_t i = 0; i < n; i++) {
        const char *at = commands[i].name, *next;
        bool match = true;

        for (int k = 0; k < n_words && match; k++) {
            size_t len = strcspn(at, " ");

            match = *at && strlen(words[k]) == len && memcmp(words[k], at, len) == 0;
            at += len + (at[len] == ' ');
        }
        if (!match || !*at)
            continue;
        next = arena_strndup(&c->cli->arena, at, strcspn(at, " "));
        if (!last || strcmp(last, next) != 0)
            offer(c, next, at[strlen(next)] ? NULL : commands[i].summary);
        last = next;
    }
}

static void offer_for_command(struct completing *c, const char *noun, const struct alm_command *command, int n,
                              char **words)
{
    const struct alm_option *waiting, *argument = NULL;
    const char *equals = strchr(c->current, '=');
    char **rest = arena_alloc(&c->cli->arena, ((size_t)n + 1) * sizeof *rest);
    int kept;

    memcpy(rest, words, (size_t)n * sizeof *rest);
    kept = take_options(c, command->options, command->n_options, n, rest, &waiting);
    if (!waiting && equals && strncmp(c->current, "--", 2) == 0) {
        waiting = option_of(cli_globals, cli_n_globals, c->current);
        if (!waiting)
            waiting = option_of(command->options, command->n_options, c->current);
        c->prefix = arena_strndup(&c->cli->arena, c->current, (size_t)(equals + 1 - c->current));
        c->current = equals + 1;
    }
    if (waiting) {
        offer_values(c, noun, waiting);
        return;
    }
    for (size_t i = 0; i < command->n_options && !argument; i++)
        if (command->options[i].flags & ALM_ARGUMENT && (command->options[i].flags & ALM_REPEATED || kept-- == 0))
            argument = &command->options[i];
    if (c->current[0] != '-' && argument) {
        offer_values(c, noun, argument);
        return;
    }
    for (size_t i = 0; i < command->n_options; i++) {
        bool given = false;

        for (int k = 0; k < n && !(command->options[i].flags & ALM_REPEATED); k++)
            given |= option_of(&command->options[i], 1, words[k]) != NULL;
        if (!given)
            offer_option(c, &command->options[i]);
    }
    for (size_t i = 0; i < cli_n_globals && c->current[0] == '-'; i++)
        offer_option(c, &cli_globals[i]);
}

/* The words after the noun, as they were typed, go to its command if there is one by now. */
static void offer_within(struct completing *c, const char *noun, const struct alm_command *commands, size_t n_commands,
                         int n, char **words)
{
    const struct alm_option *waiting;
    char **bare = arena_alloc(&c->cli->arena, ((size_t)n + 1) * sizeof *bare);
    const struct alm_command *command;
    int used, kept;

    memcpy(bare, words, (size_t)n * sizeof *bare);
    kept = take_options(c, NULL, 0, n, bare, &waiting);
    command = cli_find_command(commands, n_commands, kept, bare, &used);
    if (command && !used) { /* one without a verb: a word may be the value of its own option */
        memcpy(bare, words, (size_t)n * sizeof *bare);
        kept = take_options(c, command->options, command->n_options, n, bare, &waiting);
    }
    if (c->current[0] != '-' && !waiting)
        offer_verbs(c, commands, n_commands, kept, bare);
    if (command) {
        /* Global options may stand among the verb's own words: count those off as they come. */
        int at = 0;

        for (int left = used; left > 0 && at < n; at++)
            left -= words[at] == bare[used - left];
        offer_for_command(c, noun, command, n - at, words + at);
    } else if (c->current[0] == '-') {
        for (size_t i = 0; i < cli_n_globals; i++)
            offer_option(c, &cli_globals[i]);
    }
}

static void offer_of_programme(struct completing *c, const char *name, bool reports, int n, char **words)
{
    struct alm_error ignored = {0};
    struct conf_programme *programme;
    const struct alm_plugin *plugin;

    if (cli_open_host(c->cli, &ignored) != ALM_OK)
        return;
    programme = conf_programme_find(host_conf(c->cli->host), name);
    if (!programme || host_programme_check(c->cli->host, programme, &plugin, &ignored) != ALM_OK)
        return;
    if (!reports) {
        offer_within(c, name, cli_programme_commands(c->cli, name, plugin), plugin->n_commands, n, words);
        return;
    }
    /* The programme's name is a word of the verb here: the words begin with it. */
    offer_within(c, "report", cli_programme_reports(c->cli, name, plugin), plugin->n_reports, n, words);
}

static void offer_next(struct completing *c, int n, char **words)
{
    const struct alm_option *waiting;
    const struct cli_noun *noun;
    char **bare = arena_alloc(&c->cli->arena, ((size_t)n + 1) * sizeof *bare);
    int kept, at = 0, used;

    memcpy(bare, words, (size_t)n * sizeof *bare);
    kept = take_options(c, NULL, 0, n, bare, &waiting);
    if (kept && strcmp(bare[0], "help") == 0) {
        bare++;
        kept--;
    }
    if (!kept) {
        const struct alm_command none = {.name = ""};

        if (waiting || c->current[0] == '-')
            offer_for_command(c, "", &none, n, words);
        else
            offer_nouns(c);
        return;
    }
    while (words[at] != bare[0])
        at++;
    noun = cli_find_noun(bare[0]);
    if (!noun) {
        offer_of_programme(c, bare[0], false, n - at - 1, words + at + 1);
    } else if (strcmp(noun->name, "report") == 0 && kept > 1 &&
               (!cli_find_command(noun->commands, noun->n_commands, kept - 1, bare + 1, &used) || !used)) {
        while (words[at] != bare[1])
            at++;
        offer_of_programme(c, bare[1], true, n - at, words + at);
    } else {
        if (strcmp(noun->name, "report") == 0 && c->current[0] != '-' && n == at + 1)
            offer_programmes(c, false);
        offer_within(c, noun->name, noun->commands, noun->n_commands, n - at - 1, words + at + 1);
    }
}

/* ---- the command ---- */

static enum alm_status run_words(const struct alm_host *host, void *state, const struct alm_args *args,
                                 struct alm_error *err)
{
    struct cli *cli = state;
    const struct alm_arg *given = alm_arg(args, "word");
    struct completing c = {.cli = cli, .current = "", .prefix = ""};
    char **words = arena_alloc(&cli->arena, (given->count + 1) * sizeof *words);

    (void)host, (void)err;
    for (size_t i = 0; i < given->count; i++)
        words[i] = arena_strdup(&cli->arena, given->values[i].text);
    if (given->count)
        c.current = words[given->count - 1];
    if (strcmp(c.current, "=") == 0)
        c.current = "";
    offer_next(&c, given->count ? (int)given->count - 1 : 0, words);
    return ALM_OK;
}

static enum alm_status print_script(void *state, const char *script)
{
    struct cli *cli = state;

    fputs(script, cli->out);
    return ALM_OK;
}

static enum alm_status run_bash(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    (void)host, (void)args, (void)err;
    return print_script(state, bash_script);
}

static enum alm_status run_zsh(const struct alm_host *host, void *state, const struct alm_args *args,
                               struct alm_error *err)
{
    (void)host, (void)args, (void)err;
    return print_script(state, zsh_script);
}

static enum alm_status run_fish(const struct alm_host *host, void *state, const struct alm_args *args,
                                struct alm_error *err)
{
    (void)host, (void)args, (void)err;
    return print_script(state, fish_script);
}

static const struct alm_option word_options[] = {
    {.name = "word",
     .type = ALM_STRING,
     .flags = ALM_ARGUMENT | ALM_REPEATED,
     .value = "WORD",
     .help = N_("what is typed after the word almoner; the last one is not finished")}};
static const struct alm_command commands[] = {
    {"bash", N_("print the script for bash"), NULL, 0, ALM_NO_STORE, run_bash, "completion bash >almoner.bash"},
    {"zsh", N_("print the script for zsh"), NULL, 0, ALM_NO_STORE, run_zsh, "completion zsh >_almoner"},
    {"fish", N_("print the script for fish"), NULL, 0, ALM_NO_STORE, run_fish, "completion fish >almoner.fish"},
    {"words", N_("print what may stand next, a word a line and what it means; the scripts ask this"), word_options,
     COUNT_OF(word_options), ALM_NO_STORE, run_words, "completion words -- report --by ''"},
};
extern const struct cli_noun cli_completion;
const struct cli_noun cli_completion = {"completion", N_("completion of words for bash, zsh and fish"), commands,
                                        COUNT_OF(commands)};
