/* Writes down what a process asks of the disk, so that a test can tell what a power cut would have left.
 *
 * LD_PRELOAD this. POWERLOSS_DIR is the folder of the database, POWERLOSS_JOURNAL the file that gets one record per
 * call on its files: struct record, then its data. fsync and fdatasync are only written down: nobody cuts the power.
 * "250 2.0.0 queued as N" on a socket is written down too, so that each promise stands between the calls around it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum op { OPEN = 1, WRITE, TRUNCATE, SYNC, SYNC_FOLDER, UNLINK, RENAME, PROMISE };

struct record {
    uint32_t op, file;
    uint64_t at;
    uint32_t length, unused;
};

#define FDS 4096
#define FOLDER UINT32_MAX

static uint32_t file_of[FDS]; /* 0: none of ours; FOLDER; else the number of the open */
static uint32_t opens;
static int journal = -1;
static const char *folder;
static size_t folder_length;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) (__extension__(__typeof__(&name))real(#name))

static void *real(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("POWERLOSS_JOURNAL");
    folder = getenv("POWERLOSS_DIR");
    if (!path || !folder)
        return;
    folder_length = strlen(folder);
    journal = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void note(uint32_t op, uint32_t file, uint64_t at, const void *data, size_t length) {
    struct record head = {op, file, at, (uint32_t)length, 0};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)data, length}};
    if (REAL(writev)(journal, parts, 2) != (ssize_t)(sizeof head + length))
        abort();
}

/* The name inside the folder, "" for the folder itself, NULL for what is none of ours. */
static const char *ours(const char *path) {
    if (journal < 0 || strncmp(path, folder, folder_length))
        return NULL;
    if (!path[folder_length])
        return "";
    if (path[folder_length] != '/')
        return NULL;
    const char *name = path + folder_length + 1;
    size_t length = strlen(name);
    if (strncmp(name, "maild.db", 8) || strchr(name, '/'))
        return NULL;
    if (length > 4 && (!strcmp(name + length - 4, "-shm") || !strcmp(name + length - 5, ".lock")))
        return NULL;
    return name;
}

static int opened(int fd, const char *path, int flags) {
    const char *name = fd >= 0 && fd < FDS ? ours(path) : NULL;
    if (fd >= 0 && fd < FDS)
        file_of[fd] = 0;
    if (!name)
        return fd;
    if (!*name) {
        file_of[fd] = FOLDER;
    } else {
        file_of[fd] = ++opens;
        note(OPEN, opens, flags & O_TRUNC ? 1 : 0, name, strlen(name));
    }
    return fd;
}

#define OPEN_AS(function)                                       \
    int function(const char *path, int flags, ...) {            \
        va_list more;                                           \
        va_start(more, flags);                                  \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more);                                           \
        pthread_mutex_lock(&turn);                              \
        int fd = opened(REAL(function)(path, flags, mode), path, flags); \
        pthread_mutex_unlock(&turn);                            \
        return fd;                                              \
    }
OPEN_AS(open)
OPEN_AS(open64)

#define OPENAT_AS(function)                                     \
    int function(int at, const char *path, int flags, ...) {    \
        va_list more;                                           \
        va_start(more, flags);                                  \
        mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0; \
        va_end(more);                                           \
        pthread_mutex_lock(&turn);                              \
        int fd = opened(REAL(function)(at, path, flags, mode), path, flags); \
        pthread_mutex_unlock(&turn);                            \
        return fd;                                              \
    }
OPENAT_AS(openat)
OPENAT_AS(openat64)

int close(int fd) {
    pthread_mutex_lock(&turn);
    if (fd >= 0 && fd < FDS)
        file_of[fd] = 0;
    int done = REAL(close)(fd);
    pthread_mutex_unlock(&turn);
    return done;
}

static uint32_t file(int fd) {
    return journal >= 0 && fd >= 0 && fd < FDS ? file_of[fd] : 0;
}

static void promise(const void *data, size_t length) {
    static const char words[] = "250 2.0.0 queued as ";
    const char *text = data;
    if (journal >= 0 && length > sizeof words && !memcmp(text, words, sizeof words - 1))
        note(PROMISE, 0, strtoull(text + sizeof words - 1, NULL, 10), NULL, 0);
}

ssize_t write(int fd, const void *data, size_t length) {
    if (!file(fd))
        return REAL(write)(fd, data, length);
    pthread_mutex_lock(&turn);
    note(WRITE, file(fd), (uint64_t)lseek(fd, 0, SEEK_CUR), data, length);
    ssize_t done = REAL(write)(fd, data, length);
    pthread_mutex_unlock(&turn);
    return done;
}

#define PWRITE_AS(function, offset)                                             \
    ssize_t function(int fd, const void *data, size_t length, offset at) {      \
        if (!file(fd))                                                          \
            return REAL(function)(fd, data, length, at);                        \
        pthread_mutex_lock(&turn);                                              \
        note(WRITE, file(fd), (uint64_t)at, data, length);                      \
        ssize_t done = REAL(function)(fd, data, length, at);                    \
        pthread_mutex_unlock(&turn);                                            \
        return done;                                                            \
    }
PWRITE_AS(pwrite, off_t)
PWRITE_AS(pwrite64, off64_t)

#define TRUNCATE_AS(function, offset)                   \
    int function(int fd, offset length) {               \
        pthread_mutex_lock(&turn);                      \
        if (file(fd))                                   \
            note(TRUNCATE, file(fd), (uint64_t)length, NULL, 0); \
        int done = REAL(function)(fd, length);          \
        pthread_mutex_unlock(&turn);                    \
        return done;                                    \
    }
TRUNCATE_AS(ftruncate, off_t)
TRUNCATE_AS(ftruncate64, off64_t)

#define SYNC_AS(function)                                                       \
    int function(int fd) {                                                      \
        if (!file(fd))                                                          \
            return 0; /* nobody cuts the power, and the test shall be quick */  \
        pthread_mutex_lock(&turn);                                              \
        note(file(fd) == FOLDER ? SYNC_FOLDER : SYNC, file(fd), 0, NULL, 0);    \
        pthread_mutex_unlock(&turn);                                            \
        return 0;                                                               \
    }
SYNC_AS(fsync)
SYNC_AS(fdatasync)

int unlink(const char *path) {
    pthread_mutex_lock(&turn);
    const char *name = ours(path);
    int done = REAL(unlink)(path);
    if (name && *name && !done)
        note(UNLINK, 0, 0, name, strlen(name));
    pthread_mutex_unlock(&turn);
    return done;
}

int rename(const char *from, const char *to) {
    pthread_mutex_lock(&turn);
    const char *old = ours(from), *new = ours(to);
    int done = REAL(rename)(from, to);
    if (!done && (old || new))
        abort(); /* the database is never renamed while it is in use; a test that meets it must learn to */
    pthread_mutex_unlock(&turn);
    return done;
}

ssize_t send(int fd, const void *data, size_t length, int flags) {
    pthread_mutex_lock(&turn);
    promise(data, length);
    pthread_mutex_unlock(&turn);
    return REAL(send)(fd, data, length, flags);
}
