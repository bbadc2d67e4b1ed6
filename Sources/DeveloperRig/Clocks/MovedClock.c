// Moves the wall clock of one running program: built as a library and put in front of the C library by
// LD_PRELOAD. The first 8 bytes of the file that LABSYNC_MOVED_CLOCK names are nanoseconds that are
// added to CLOCK_REALTIME, now and whenever they change. Monotonic clocks stay true, and so does the
// length of every wait: where a program gives the kernel a wall time to wait for, it is moved back.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const long long second = 1000000000;
static _Atomic long long still;
static _Atomic long long *moved = &still;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("LABSYNC_MOVED_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *page = mmap(0, sizeof *moved, PROT_READ, MAP_SHARED, file, 0);
  if (page != MAP_FAILED) moved = page;
  close(file);
}

static struct timespec later(struct timespec from, long long nanoseconds) {
  long long sum = from.tv_sec * second + from.tv_nsec + nanoseconds;
  return (struct timespec){sum / second, sum % second};
}

// A monotonic time is the age of the machine, and no machine is 20 years old.
static struct timespec kernel_time(const struct timespec *end) {
  return end->tv_sec < 20 * 365 * 86400LL ? *end : later(*end, -atomic_load(moved));
}

static void *next(const char *name, const char *version) {
  void *found = version ? dlvsym(RTLD_NEXT, name, version) : 0;
  return found ? found : dlsym(RTLD_NEXT, name);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  // Past the C library's own symbol, which is this one.
  int result = syscall(SYS_clock_gettime, clock, time);
  int is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (result == 0 && is_wall) *time = later(*time, atomic_load(moved));
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t *seconds) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (seconds) *seconds = now.tv_sec;
  return now.tv_sec;
}

int timespec_get(struct timespec *time, int base) {
  return clock_gettime(CLOCK_REALTIME, time) == 0 ? base : 0;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict end) {
  static int (*wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
  if (!wait) wait = next("pthread_cond_timedwait", "GLIBC_2.3.2");
  struct timespec true_end = kernel_time(end);
  return wait(condition, mutex, &true_end);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict end) {
  struct timespec true_end = kernel_time(end);
  return sem_clockwait(semaphore, CLOCK_REALTIME, &true_end);
}

int timerfd_settime(int timer, int flags, const struct itimerspec *timing,
                    struct itimerspec *before) {
  struct itimerspec true_timing = *timing;
  if (flags & TFD_TIMER_ABSTIME) true_timing.it_value = kernel_time(&timing->it_value);
  return syscall(SYS_timerfd_settime, timer, flags, &true_timing, before);
}
