#pragma once
#include <zmq.h>

/*  The header of a stable libzmq hides this option behind ZMQ_BUILD_DRAFT_API, the library
    itself has it since 4.3.0: a CURVE server whose ZAP handler has gone then refuses everybody,
    where it would otherwise admit everybody.  */
#define CZEROMQ_ZAP_ENFORCE_DOMAIN 93
