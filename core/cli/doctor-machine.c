/* SPDX-License-Identifier: MIT */
/* The doctor's look at what is around the program: files, clock, disk, locale, time zone. */
#include "cli/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

enum { CLOCK_SLACK = 300, MIB = 1048576, ROOM_LEAST = 64, ROOM_GOOD = 512 };

/* ---- permissions ---- */

static const char *text(struct doctor *doctor, const char *command, const char *path)
{
    return arena_printf(&doctor->cli->arena, "%s %s", command, path);
}

/* Whoever can change the settings chooses which code is loaded.  True if there is nothing to say. */
static bool check_settings_file(struct doctor *doctor, const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0) {
        doctor_tell(doctor, DOCTOR_WRONG, NULL, "%s: %s", path, strerror(errno));
        return false;
    }
    if (status.st_mode & S_IWOTH) {
        doctor_tell(doctor, DOCTOR_WRONG, text(doctor, "chmod o-w", path), _("%s can be written by everybody"), path);
        return false;
    }
    if (status.st_uid != 0 && status.st_uid != geteuid()) {
        doctor_tell(doctor, DOCTOR_WARNING, text(doctor, "chown root", path), _("%s belongs to another user (uid %u)"),
                    path, (unsigned)status.st_uid);
        return false;
    }
    return true;
}

/* The folder of seals, keys and id files. */
static bool check_state(struct doctor *doctor, const char *path)
{
    struct stat status;
    const char *key = file_join(&doctor->cli->arena, path, "seal.key");

    if (stat(path, &status) != 0) {
        if (errno == ENOENT)
            doctor_tell(doctor, DOCTOR_WRONG, _("almoner init"), _("there is no state folder %s"), path);
        else
            doctor_tell(doctor, DOCTOR_WRONG, _("let this user into it, or run almoner as the one who may"),
                        _("the state folder %s cannot be looked at: %s"), path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(status.st_mode)) {
        doctor_tell(doctor, DOCTOR_WRONG, _("set [almoner] state in almoner.ini to a folder"),
                    _("the state folder %s is not a folder"), path);
        return false;
    }
    if (status.st_mode & S_IWOTH) {
        doctor_tell(doctor, DOCTOR_WRONG, text(doctor, "chmod o-w", path), _("%s can be written by everybody"), path);
        return false;
    }
    if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) != 0) {
        doctor_tell(doctor, DOCTOR_WRONG, _("let this user write it, or run almoner as the one who may"),
                    _("the state folder %s cannot be written by this user"), path);
        return false;
    }
    if (stat(key, &status) == 0 && (status.st_mode & 077)) {
        doctor_tell(doctor, DOCTOR_WRONG, text(doctor, "chmod 600", key),
                    _("%s can be read by others, who could then forge seals"), key);
        return false;
    }
    return true;
}

void doctor_permissions(struct doctor *doctor)
{
    const struct conf *conf = host_conf(doctor->cli->host);
    const char *folder = conf->almoner->programmes;
    bool sound = check_settings_file(doctor, conf->file);

    if (access(folder, F_OK) == 0)
        sound &= check_settings_file(doctor, folder);
    for (size_t i = 0; i < conf->n_programmes; i++)
        sound &= check_settings_file(doctor, conf->programmes[i].file);
    sound &= check_state(doctor, conf->almoner->state);
    if (sound)
        doctor_tell(doctor, DOCTOR_OK, NULL, _("settings and state are written by nobody else"));
}

void doctor_file(struct doctor *doctor, const char *path, bool secret)
{
    const char *folder = file_folder_of(&doctor->cli->arena, path);
    struct stat status;

    if (stat(path, &status) != 0)
        return; /* whoever needs it says so */
    if (status.st_mode & S_IWOTH || (secret && status.st_mode & S_IROTH)) {
        doctor_tell(doctor, DOCTOR_WRONG, text(doctor, secret ? "chmod o-rwx" : "chmod o-w", path),
                    status.st_mode & S_IWOTH ? _("%s can be written by everybody") : _("%s can be read by everybody"),
                    path);
        return;
    }
    if (!secret)
        return;
    if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0 ||
        faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0)
        doctor_tell(doctor, DOCTOR_WRONG, _("let this user write the file and its folder"),
                    _("%s or its folder cannot be written by this user"), path);
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, _("%s: mode %04o"), path, (unsigned)status.st_mode & 07777);
}

/* ---- clock ---- */

void doctor_clock(struct doctor *doctor, alm_time newest)
{
    const char *mend = _("set the clock, and let it be kept: timedatectl set-ntp true");
    alm_time now = doctor->cli->host ? host_now(doctor->cli->host) : (alm_time)time(NULL);
    bool fixed = doctor->cli->host && doctor->cli->now;
    alm_time files = 0;
    char shown[40], entry[40];
    struct timex kept = {0};
    struct stat status;

    if (doctor->cli->host && stat(host_conf(doctor->cli->host)->file, &status) == 0 && !fixed)
        files = status.st_mtime;
    date_format_time(now, shown, sizeof shown);
    if (newest && newest > now + CLOCK_SLACK) {
        date_format_time(newest, entry, sizeof entry);
        doctor_tell(doctor, DOCTOR_WRONG, mend, _("the clock says %s, and the journal's newest entry is of %s"), shown,
                    entry);
    } else if (files > now + CLOCK_SLACK) {
        date_format_time(files, entry, sizeof entry);
        doctor_tell(doctor, DOCTOR_WRONG, mend, _("the clock says %s, and almoner.ini was written at %s"), shown,
                    entry);
    } else if (fixed) {
        doctor_tell(doctor, DOCTOR_OK, NULL, _("%s, as fixed by --now"), shown);
    } else if (adjtimex(&kept) == TIME_ERROR) {
        doctor_tell(doctor, DOCTOR_WARNING, _("let it be kept by the network's time: timedatectl set-ntp true"),
                    _("%s; nothing keeps this clock right"), shown);
    } else {
        doctor_tell(doctor, DOCTOR_OK, NULL, "%s", shown);
    }
}

/* ---- disk ---- */

void doctor_disk(struct doctor *doctor, const char *path, int64_t bytes)
{
    struct statvfs room;
    int64_t least = (int64_t)ROOM_LEAST * MIB, good = (int64_t)ROOM_GOOD * MIB, left;

    if (statvfs(path, &room) != 0)
        return; /* a path that is not there is told where it is needed */
    if (bytes > good)
        good = bytes;
    left = (int64_t)room.f_bavail * (int64_t)room.f_frsize;
    if (left < least || (room.f_files && !room.f_favail))
        doctor_tell(doctor, DOCTOR_WRONG, _("make room"), _("%s: %lld MiB and %lld files are free"), path,
                    (long long)(left / MIB), (long long)room.f_favail);
    else if (left < good)
        doctor_tell(doctor, DOCTOR_WARNING, _("make room: a large import or a backup may need it"),
                    _("%s: %lld MiB are free"), path, (long long)(left / MIB));
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, _("%s: %lld GiB are free"), path, (long long)(left / MIB / 1024));
}

/* ---- locale and time zone ---- */

void doctor_locale(struct doctor *doctor)
{
    const char *mend = _("LANG=C.UTF-8 in /etc/default/locale, or LC_ALL=C.UTF-8 in the environment");
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    const char *name = getenv("LC_ALL");

    if (!name || !*name)
        name = getenv("LC_CTYPE");
    if (!name || !*name)
        name = getenv("LANG");
    if (!name || !*name)
        name = "C";
    if (!locale)
        doctor_tell(doctor, DOCTOR_WARNING, mend, _("the locale %s is not installed"), name);
    else if (strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") != 0)
        doctor_tell(doctor, DOCTOR_WARNING, mend, _("the locale %s is not one of UTF-8: a terminal may garble Persian"),
                    name);
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, "%s", name);
    if (locale)
        freelocale(locale);
}

/* By the clock of the campaign: the settings' zone, else the machine's. */
void doctor_time_zone(struct doctor *doctor)
{
    enum { TEHRAN = 12600, SUMMER_2023 = 1688212800 };
    const struct conf *conf = doctor->cli->host ? host_conf(doctor->cli->host) : NULL;
    const bool set = conf && conf->almoner->time_zone && *conf->almoner->time_zone;
    const char *name = set ? conf->almoner->time_zone : getenv("TZ");
    struct zone_local now = {0}, summer = {0};

    if (!conf)
        zone_set(NULL);
    zone_local(time(NULL), &now);
    zone_local(SUMMER_2023, &summer);
    if (name && *name == ':')
        name++;
    if (name && strchr(name, '/') && name[0] != '/' && !zone_exists(name))
        doctor_tell(doctor, DOCTOR_WRONG, _("apt install tzdata, or set another time_zone in [almoner]"),
                    _("the time zone %s is not known here, and counts as UTC"), name);
    else if (name && strcmp(name, "Asia/Tehran") == 0 && summer.offset != TEHRAN)
        doctor_tell(doctor, DOCTOR_WRONG, _("apt install --only-upgrade tzdata"),
                    _("the table of time zones is older than 2022: it still has Iran's summer time"));
    else if (!set && !now.offset)
        doctor_tell(doctor, DOCTOR_WARNING, _("set time_zone in [almoner], for example Asia/Tehran"),
                    _("no time zone is set, and the machine's is UTC: days begin at midnight there"));
    else
        doctor_tell(doctor, DOCTOR_OK, NULL, _("%s, UTC%c%02d:%02d"), name && *name ? name : _("the machine's"),
                    now.offset < 0 ? '-' : '+', abs(now.offset) / 3600, abs(now.offset) / 60 % 60);
}
