#pragma once
#include <linux/netlink.h>
#include <malloc.h>
#include <linux/rtnetlink.h>
#include <sys/signalfd.h>
