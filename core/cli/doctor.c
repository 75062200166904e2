/* SPDX-License-Identifier: MIT */
/*
 * `almoner doctor`: everything that can be wrong with an installation, each a line with the mend.  It takes nothing for
 * granted: whatever runs code of a plug-in runs in a child process, and a check that cannot be made is a finding, not
 * an end.
 */
#include "cli/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOAD_SECONDS = 5, LEDGER_FAULTS = 20, SEAL_DAYS = 7, DAY = 86400 };

/* ---- findings ---- */

/* What goes through the pipe: less than PIPE_BUF, so that a write is whole or not at all. */
struct message {
    bool is_progress;
    enum doctor_result result;
    int64_t done, total;
    char check[32];
    char finding[640];
    char mend[320];
};

static const char *const results[] = {N_("ok"), N_("warning"), N_("wrong"), NULL};
static const struct alm_column columns[] = {
    CLI_COLUMN("check", N_("check"), ALM_STRING),
    {.name = "result", .title = N_("result"), .type = ALM_ENUM, .choices = results},
    CLI_COLUMN("finding", N_("finding"), ALM_STRING),
    CLI_COLUMN("mend", N_("mend"), ALM_STRING)};

static void send_message(struct doctor *doctor, const struct message *message)
{
    ssize_t put;

    do
        put = write(doctor->pipe, message, sizeof *message);
    while (put < 0 && errno == EINTR);
    if (put != (ssize_t)sizeof *message)
        _exit(1); /* nobody listens */
}

/* In the parent: a finding becomes a row. */
static void take_message(struct doctor *doctor, const struct message *message)
{
    struct cli *cli = doctor->cli;
    const struct host_terminal terminal = cli_terminal(cli);
    struct alm_value row[] = {alm_string(message->check), alm_number(message->result), alm_string(message->finding),
                              message->mend[0] ? alm_string(message->mend) : alm_null()};

    if (message->is_progress) {
        terminal.progress(terminal.context, message->done, message->total);
        return;
    }
    if (message->result != DOCTOR_OK) {
        const char *line = arena_printf(&cli->arena, "\n%s\n", message->finding);

        if (doctor->told.at && strstr(doctor->told.at, line))
            return;
        strbuf_adds(&doctor->told, line);
    }
    doctor->wrong += message->result == DOCTOR_WRONG;
    doctor->has_store |= message->result == DOCTOR_OK && strcmp(message->check, "store") == 0;
    row[1].text = results[message->result];
    if (doctor->sink.status == ALM_OK)
        doctor->sink.status = report_row(cli->report, row, &doctor->sink);
}

static void deliver(struct doctor *doctor, const struct message *message)
{
    if (doctor->pipe >= 0)
        send_message(doctor, message);
    else
        take_message(doctor, message);
}

/* Where what was found brings no mend of its own. */
static const char *usual_mend(const char *check)
{
    static const struct {
        const char *check, *mend;
    } usual[] = {
        {"configuration", N_("mend the file, then: almoner config check")},
        {"permissions", N_("put it back, and let this user read it")},
        {"plug-ins", N_("put the plug-in's own file there")},
        {"store", N_("see [store] in almoner.ini, and the section of its plug-in")},
        {"programmes", N_("mend the file, then: almoner config check")},
        {"schema", N_("bring it up to date with: almoner init")},
        {"integrity", N_("restore a backup: almoner store restore FILE")},
        {"ledger", N_("restore a backup: almoner store restore FILE")},
        {"journal", N_("restore a backup, and find out who wrote to the store or the seals past almoner")},
    };

    for (size_t i = 0; i < COUNT_OF(usual); i++)
        if (strcmp(usual[i].check, check) == 0)
            return _(usual[i].mend);
    return _("tell almoner's authors");
}

void doctor_tell(struct doctor *doctor, enum doctor_result result, const char *mend, const char *format, ...)
{
    struct message message = {.result = result};
    va_list args;

    va_start(args, format);
    vsnprintf(message.finding, sizeof message.finding, format, args);
    va_end(args);
    snprintf(message.check, sizeof message.check, "%s", doctor->check);
    if (result != DOCTOR_OK && (!mend || !*mend))
        mend = usual_mend(doctor->check);
    snprintf(message.mend, sizeof message.mend, "%s", mend ? mend : "");
    deliver(doctor, &message);
}

void doctor_tell_error(struct doctor *doctor, const struct alm_error *err)
{
    doctor_tell(doctor, DOCTOR_WRONG, err->hint, "%s", err->text[0] ? err->text : _("failed without saying why"));
}

void doctor_progress(struct doctor *doctor, int64_t done, int64_t total)
{
    const struct message message = {.is_progress = true, .done = done, .total = total};

    deliver(doctor, &message);
}

/* ---- child processes ---- */

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static _Noreturn void run_child(struct doctor *doctor, void (*work)(struct doctor *, void *), void *context)
{
    const struct rlimit no_core = {0, 0};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setrlimit(RLIMIT_CORE, &no_core);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
        _exit(1);
    work(doctor, context);
    host_close(doctor->cli->host); /* the store leaves its files in order; and stop() may crash, too */
    _exit(0);                      /* not exit(): the parent's handlers and buffers are not the child's */
}

/* Take what the child sends until it ends.  False when the time came to its end before. */
static bool listen_to(struct doctor *doctor, int in, int64_t deadline)
{
    struct message message;
    size_t got = 0;

    for (;;) {
        int64_t left = deadline ? deadline - now_ms() : -1;
        struct pollfd waiting = {.fd = in, .events = POLLIN};
        int ready = deadline && left <= 0 ? 0 : poll(&waiting, 1, (int)left);
        ssize_t n;

        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return false;
        n = read(in, (char *)&message + got, sizeof message - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return true;
        got += (size_t)n;
        if (got < sizeof message)
            continue;
        got = 0;
        /* The child's memory may be spoilt: text is text only if it ends. */
        message.check[sizeof message.check - 1] = '\0';
        message.finding[sizeof message.finding - 1] = '\0';
        message.mend[sizeof message.mend - 1] = '\0';
        if (message.result > DOCTOR_WRONG)
            message.result = DOCTOR_WRONG;
        take_message(doctor, &message);
    }
}

void doctor_in_child(struct doctor *doctor, void (*work)(struct doctor *, void *), void *context, int seconds,
                     const char *what)
{
    static const char mend[] = N_("take the plug-in away, or tell its author");
    int ends[2] = {-1, -1}, status = 0;
    pid_t child = -1;
    bool ended;

    if (pipe2(ends, O_CLOEXEC) == 0) {
        fflush(NULL); /* what stands in stdio's buffers is the parent's to write */
        child = fork();
    }
    if (child == 0) {
        close(ends[0]);
        doctor->pipe = ends[1];
        run_child(doctor, work, context);
    }
    if (child < 0) {
        doctor_tell(doctor, DOCTOR_WRONG, _("see the limits of processes and open files"), _("no process for %s: %s"),
                    what, strerror(errno));
        if (ends[0] >= 0)
            close(ends[0]), close(ends[1]);
        return;
    }
    close(ends[1]);
    ended = listen_to(doctor, ends[0], seconds ? now_ms() + (int64_t)seconds * 1000 : 0);
    close(ends[0]);
    if (!ended)
        kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!ended)
        doctor_tell(doctor, DOCTOR_WRONG, _(mend), _("%s took longer than %d seconds"), what, seconds);
    else if (WIFSIGNALED(status))
        doctor_tell(doctor, DOCTOR_WRONG, _(mend), _("%s crashed (signal %d)"), what, WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        doctor_tell(doctor, DOCTOR_WRONG, _(mend), _("%s ended the program (status %d)"), what, WEXITSTATUS(status));
}

/* ---- configuration, plug-ins ---- */

static void tell_problems(struct doctor *doctor, size_t from)
{
    const struct conf_problems *problems = &host_conf(doctor->cli->host)->problems;

    for (size_t i = from; i < problems->count; i++) {
        const struct conf_problem *problem = &problems->items[i];

        if (problem->line)
            doctor_tell(doctor, DOCTOR_WRONG, problem->hint, "%s:%d: %s", problem->file, problem->line, problem->text);
        else
            doctor_tell(doctor, DOCTOR_WRONG, problem->hint, "%s: %s", problem->file, problem->text);
    }
}

/* False if there are no settings to go on with. */
static bool check_configuration(struct doctor *doctor)
{
    struct alm_error err = {0};
    const struct conf *conf;
    size_t enabled = 0;

    doctor->check = "configuration";
    if (cli_open_host(doctor->cli, &err) != ALM_OK) {
        doctor_tell_error(doctor, &err);
        return false;
    }
    conf = host_conf(doctor->cli->host);
    for (size_t i = 0; i < conf->n_programmes; i++)
        enabled += conf->programmes[i].core->enabled;
    tell_problems(doctor, 0);
    if (!conf->problems.count)
        doctor_tell(doctor, DOCTOR_OK, NULL, _("%s: %zu programmes, %zu of them enabled"), conf->file,
                    conf->n_programmes, enabled);
    if (!conf_roles_given(&conf->almoner->roles))
        doctor_tell(doctor, DOCTOR_OK, NULL,
                    _("[roles] names nobody: every command is open to whoever can read and write the store"));
    if (!enabled)
        doctor_tell(doctor, DOCTOR_WARNING, _("almoner programme enable NAME"), _("no programme is enabled"));
    return true;
}

static bool is_used(const struct conf *conf, const char *plugin)
{
    if (strcmp(conf->almoner->store, plugin) == 0)
        return true;
    for (size_t i = 0; i < conf->n_programmes; i++)
        if (conf->programmes[i].core->enabled && strcmp(conf->programmes[i].core->plugin, plugin) == 0)
            return true;
    return false;
}

/* False if there is no folder of plug-ins: neither store nor programmes need be asked then. */
static bool check_plugins(struct doctor *doctor)
{
    const struct conf *conf = host_conf(doctor->cli->host);
    const char *dir = conf->almoner->plugindir;
    struct plugin_probe *probes = NULL;
    struct alm_error err = {0};
    size_t n = 0;

    doctor->check = "plug-ins";
    if (plugin_probe_all(dir, &probes, &n, &err) != ALM_OK) {
        doctor_tell_error(doctor, &err);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const struct plugin_probe *probe = &probes[i];

        if (probe->error.status == ALM_OK)
            doctor_tell(doctor, DOCTOR_OK, NULL, _("%s %s, interface %u.%u"), probe->name, probe->version,
                        probe->abi_major, probe->abi_minor);
        else
            doctor_tell(doctor, is_used(conf, probe->name) ? DOCTOR_WRONG : DOCTOR_WARNING, probe->error.hint, "%s",
                        probe->error.text);
    }
    free(probes);
    return true;
}

/* In a child: the plug-in's own settings, its start, its tables, and what its exclusions and bodies name. */
static void check_programme(struct doctor *doctor, void *context)
{
    struct conf_programme *conf = context;
    struct host *host = doctor->cli->host;
    const struct alm_plugin *plugin;
    struct host_programme *programme;
    struct store *store;
    struct alm_error err = {0}, ignored = {0};
    size_t known = host_conf(host)->problems.count;

    if (host_programme_check(host, conf, &plugin, &err) != ALM_OK) {
        if (conf->core->enabled)
            doctor_tell_error(doctor, &err);
        return;
    }
    tell_problems(doctor, known);
    if (!conf->core->enabled || conf_problems_error_of(&host_conf(host)->problems, conf->file, &ignored) != ALM_OK)
        return;
    if (host_programme(host, conf->name, &programme, &err) != ALM_OK) {
        doctor_tell_error(doctor, &err);
        return;
    }
    /* Without a store its plug-in is all that can be looked at; that there is none is told elsewhere. */
    if (doctor->has_store && host_store(host, 0, &store, &ignored) == ALM_OK &&
        (host_programme(host, conf->name, &programme, &err) != ALM_OK || !host_programme_ledger(programme, &err))) {
        doctor_tell_error(doctor, &err);
        return;
    }
    doctor_tell(doctor, DOCTOR_OK, NULL, _("%s (plug-in %s %s)"), conf->name, plugin->name, plugin->version);
}

static void check_programmes(struct doctor *doctor)
{
    const struct conf *conf = host_conf(doctor->cli->host);

    doctor->check = "programmes";
    for (size_t i = 0; i < conf->n_programmes; i++)
        doctor_in_child(doctor, check_programme, &conf->programmes[i], LOAD_SECONDS,
                        arena_printf(&doctor->cli->arena, _("plug-in %s, for the programme %s,"),
                                     conf->programmes[i].core->plugin, conf->programmes[i].name));
}

/* ---- the store ---- */

/* What the store plug-in's settings name: a file of personal data is nobody else's to read. */
static void check_store_files(struct doctor *doctor, const struct alm_plugin *plugin)
{
    const struct conf *conf = host_conf(doctor->cli->host);

    doctor->check = "permissions";
    for (size_t i = 0; i < plugin->settings.n_rows; i++) {
        const struct alm_setting *row = &plugin->settings.rows[i];
        const char *path;

        if (row->type != ALM_PATH)
            continue;
        memcpy(&path, (const char *)conf->store_settings.data + row->offset, sizeof path);
        if (path)
            doctor_file(doctor, path, strcmp(row->key, "path") == 0);
    }
    doctor->check = "store";
}

static void check_schema(struct doctor *doctor, struct store *store)
{
    struct host_schema owners[HOST_SCHEMAS];

    host_schemas(owners);
    doctor->check = "schema";
    for (size_t i = 0; i < HOST_SCHEMAS; i++) {
        struct alm_error err = {0};

        if (store_migrated(store, owners[i].owner, owners[i].migrations, owners[i].n, &err) == ALM_OK)
            doctor_tell(doctor, DOCTOR_OK, NULL, _("%s: version %zu"), owners[i].owner, owners[i].n);
        else
            doctor_tell_error(doctor, &err);
    }
}

static void check_journal_age(struct doctor *doctor, struct store *store)
{
    struct alm_error err = {0};
    int64_t newest = 0, oldest_unsealed = 0;
    alm_time now = host_now(doctor->cli->host);
    enum alm_status status = store_number(store, &newest, 0, &err, "SELECT MAX(at) FROM journal", "");

    doctor->check = "clock";
    doctor_clock(doctor, status == ALM_OK ? newest : 0);
    doctor->check = "journal";
    if (status == ALM_OK)
        status = store_number(store, &oldest_unsealed, 0, &err,
                              "SELECT MIN(j.at)\n"
                              "FROM journal_unsealed u\n"
                              "JOIN journal j ON j.id = u.entry",
                              "");
    if (status != ALM_OK)
        doctor_tell_error(doctor, &err);
    else if (oldest_unsealed && now - oldest_unsealed > SEAL_DAYS * DAY)
        doctor_tell(doctor, DOCTOR_WARNING, _("almoner audit seal, each hour by almoner-seal.timer"),
                    _("entries of the journal wait for their seal since %lld days"),
                    (long long)((now - oldest_unsealed) / DAY));
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, _("no entry waits for its seal longer than %d days"), SEAL_DAYS);
}

static void check_store(struct doctor *doctor, void *context)
{
    struct host *host = doctor->cli->host;
    const struct conf *conf = host_conf(host);
    const struct alm_plugin *plugin;
    struct store *store;
    struct alm_error err = {0};
    size_t known = conf->problems.count;
    char where[256], size[64] = "";

    (void)context;
    if (host_store_plugin(host, &plugin, &err) != ALM_OK) {
        doctor_tell_error(doctor, &err);
        return;
    }
    tell_problems(doctor, known);
    check_store_files(doctor, plugin);
    /* Opening the store would make its folder, and the doctor makes nothing; that it is missing is told. */
    if (access(conf->almoner->state, F_OK) != 0)
        return;
    if (host_store(host, HOST_UNCHECKED, &store, &err) != ALM_OK) {
        doctor_tell_error(doctor, &err);
        return;
    }
    store_describe(store, where, sizeof where);
    if (store_bytes(store))
        snprintf(size, sizeof size, ", %.1f MiB", (double)store_bytes(store) / 1048576.0);
    doctor_tell(doctor, DOCTOR_OK, NULL, "%s%s", where, size);
    check_schema(doctor, store);
    if (host_store(host, 0, &store, &err) == ALM_OK)
        check_journal_age(doctor, store);
    else
        doctor_tell_error(doctor, &err);
    doctor->check = "disk";
    doctor_disk(doctor, conf->almoner->state, store_bytes(store));
    for (size_t i = 0; i < plugin->settings.n_rows; i++)
        if (plugin->settings.rows[i].type == ALM_PATH && strcmp(plugin->settings.rows[i].key, "path") == 0) {
            const char *path;

            memcpy(&path, (const char *)conf->store_settings.data + plugin->settings.rows[i].offset, sizeof path);
            doctor_disk(doctor, path, store_bytes(store));
        }
}

/* ---- what reads the whole store ---- */

struct recount {
    struct doctor *doctor;
    int64_t told;
};

static void tell_difference(void *context, const char *text)
{
    struct recount *recount = context;

    if (recount->told++ < LEDGER_FAULTS)
        doctor_tell(recount->doctor, DOCTOR_WRONG,
                    _("restore a backup, and find out who wrote to the store past almoner"), "%s", text);
}

static void recount_progress(void *context, int64_t done, int64_t total)
{
    struct recount *recount = context;

    doctor_progress(recount->doctor, done, total);
}

static void check_contents(struct doctor *doctor, void *context)
{
    struct cli *cli = doctor->cli;
    struct recount recount = {.doctor = doctor};
    int64_t lines = 0, faults = 0, sealed = 0, unsealed = 0;
    const char *seals, *key;
    struct store *store;
    struct ledger *ledger;
    struct alm_error err = {0};

    (void)context;
    if (host_store(cli->host, HOST_UNCHECKED, &store, &err) != ALM_OK) {
        doctor_tell_error(doctor, &err);
        return;
    }
    doctor->check = "integrity";
    doctor_progress(doctor, 0, 100);
    if (store_check(store, &err) != ALM_OK) {
        doctor_tell_error(doctor, &err);
        return;
    }
    doctor_tell(doctor, DOCTOR_OK, NULL, _("the engine finds no fault in the store"));
    if (host_ledger(cli->host, &ledger, &err) != ALM_OK)
        return;
    doctor->check = "ledger";
    if (ledger_verify(ledger, tell_difference, &recount, &lines, &faults, recount_progress, &err) != ALM_OK)
        doctor_tell_error(doctor, &err);
    else if (faults > recount.told || recount.told > LEDGER_FAULTS)
        doctor_tell(doctor, DOCTOR_WRONG, _("almoner audit verify"), _("%lld differences in all"), (long long)faults);
    else if (!faults)
        doctor_tell(doctor, DOCTOR_OK, NULL,
                    lines == 1 ? _("%lld line recounted: all that is kept beside it agrees")
                               : _("%lld lines recounted: all that is kept beside them agrees"),
                    (long long)lines);
    doctor->check = "journal";
    if (cli_seal_files(cli, &seals, &key, &err) != ALM_OK ||
        store_seal_verify(store, seals, key, &sealed, &unsealed, &err) != ALM_OK)
        doctor_tell_error(doctor, &err);
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, _("%lld entries sealed, %lld not yet"), (long long)sealed,
                    (long long)unsealed);
}

/* ---- the command ---- */

static enum alm_status run_doctor(const struct alm_host *host, void *state, const struct alm_args *args,
                                  struct alm_error *err)
{
    struct cli *cli = state;
    struct doctor doctor = {.cli = cli, .pipe = -1};
    enum alm_status status = report_begin(cli->report, _("doctor"), columns, COUNT_OF(columns), err);

    (void)host;
    if (status != ALM_OK)
        return status;
    if (check_configuration(&doctor)) {
        doctor.check = "permissions";
        doctor_permissions(&doctor);
        if (check_plugins(&doctor)) {
            doctor.check = "store";
            doctor_in_child(&doctor, check_store, NULL, 0, _("the store's plug-in"));
            check_programmes(&doctor);
            doctor.check = "ledger";
            if (doctor.has_store && !alm_arg(args, "quick")->count)
                doctor_in_child(&doctor, check_contents, NULL, 0, _("the check of the store's contents"));
        }
    } else {
        doctor.check = "clock";
        doctor_clock(&doctor, 0);
    }
    doctor.check = "locale";
    doctor_locale(&doctor);
    doctor.check = "time zone";
    doctor_time_zone(&doctor);
    strbuf_release(&doctor.told);
    if (doctor.sink.status != ALM_OK) {
        *err = doctor.sink;
        return err->status;
    }
    status = report_end(cli->report, err);
    if (status == ALM_OK && doctor.wrong)
        status =
            error_set(err, ALM_REFUSED, NULL, doctor.wrong == 1 ? _("%lld thing is wrong") : _("%lld things are wrong"),
                      (long long)doctor.wrong);
    return status;
}

static const struct alm_option options[] = {
    {.name = "quick", .type = ALM_BOOL, .help = N_("leave out what reads the whole store")}};
static const struct alm_command commands[] = {
    {"", N_("look for everything that can be wrong with an installation; exit 1 if something is"), options,
     COUNT_OF(options), ALM_NO_STORE, run_doctor, "doctor\ndoctor --quick --output json"}};
extern const struct cli_noun cli_doctor;
const struct cli_noun cli_doctor = {"doctor", N_("what is wrong with this installation, and the mend"), commands,
                                    COUNT_OF(commands)};
