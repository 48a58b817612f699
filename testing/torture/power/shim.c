/*
 * What a power cut leaves: preloaded into a process, this keeps an image of everything that the process has put on disk.
 *
 *   GALEN_POWER_ROOT   the folder that is watched
 *   GALEN_POWER_IMAGE  where the image is kept
 *
 * POSIX promises the content of a file as of its last fsync, and the names in a folder as of the folder's. So only those two
 * calls matter: a file is copied to IMAGE/<inode>-<birth>.file, the names in a folder are listed in IMAGE/<inode>-<birth>.folder.
 * Everything else that a power cut may do to the tree follows from the image and from the tree that a kill left (image.ts).
 * The time of birth tells a file from a later one that got its inode. The real fsync is left out: the disk is pretended.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One at a time: of two copies of a file the later one must win. */
static pthread_mutex_t recording = PTHREAD_MUTEX_INITIALIZER;
static unsigned long copies;

static int identify(int folder, const char *name, struct statx *facts, char key[64]) {
  int flags = AT_SYMLINK_NOFOLLOW | (name[0] == '\0' ? AT_EMPTY_PATH : 0);
  if (statx(folder, name, flags, STATX_TYPE | STATX_INO | STATX_BTIME, facts) != 0) return -1;
  unsigned long long birth = facts->stx_btime.tv_sec * 1000000000ULL + facts->stx_btime.tv_nsec;
  snprintf(key, 64, "%llu-%llu", (unsigned long long)facts->stx_ino, birth);
  return 0;
}

static int is_watched(int fd) {
  const char *root = getenv("GALEN_POWER_ROOT");
  char link[64], path[4096];
  if (root == NULL || getenv("GALEN_POWER_IMAGE") == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  size_t end = strlen(root);
  return strncmp(path, root, end) == 0 && (path[end] == '/' || path[end] == '\0');
}

static void copy_content(int from, FILE *to) {
  char buffer[65536];
  ssize_t length;
  while ((length = read(from, buffer, sizeof buffer)) > 0) fwrite(buffer, 1, (size_t)length, to);
}

static void list_names(int from, FILE *to) {
  DIR *folder = fdopendir(dup(from));
  struct dirent *entry;
  struct statx facts;
  char key[64];
  if (folder == NULL) return;
  while ((entry = readdir(folder)) != NULL) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (identify(from, entry->d_name, &facts, key) != 0) continue;
    fprintf(to, "%s %s %s\n", S_ISDIR(facts.stx_mode) ? "folder" : "file", key, entry->d_name);
  }
  closedir(folder);
}

/* Complete or not at all, also when the process is killed meanwhile. */
static void record(int fd) {
  struct statx facts;
  char key[64], link[64], part[4096], whole[4096];
  if (identify(fd, "", &facts, key) != 0) return;
  int is_folder = S_ISDIR(facts.stx_mode);
  const char *image = getenv("GALEN_POWER_IMAGE");
  snprintf(part, sizeof part, "%s/part-%d-%lu", image, (int)getpid(), copies++);
  snprintf(whole, sizeof whole, "%s/%s.%s", image, key, is_folder ? "folder" : "file");
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  int from = open(link, O_RDONLY | O_CLOEXEC);
  FILE *to = fopen(part, "we");
  if (from < 0 || to == NULL) abort(); /* an image with a hole would accuse the wrong one */
  if (is_folder) list_names(from, to);
  else copy_content(from, to);
  close(from);
  if (fclose(to) != 0 || rename(part, whole) != 0) abort();
}

static int put_on_disk(int fd) {
  if (!is_watched(fd)) return 0;
  pthread_mutex_lock(&recording);
  record(fd);
  pthread_mutex_unlock(&recording);
  return 0;
}

int fsync(int fd) { return put_on_disk(fd); }

int fdatasync(int fd) { return put_on_disk(fd); }
