#pragma once
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/signalfd.h>
