#pragma once
#include <linux/filter.h>
#include <linux/netlink.h>
#include <malloc.h>
#include <linux/rtnetlink.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

/// unshare(2), which the C library declares for GNU programs only. 0, or -1 with errno.
static inline long linux_unshare(int flags) { return syscall(SYS_unshare, flags); }
