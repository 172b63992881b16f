#pragma once
#include "cplatform_darwin.h"
#include "cplatform_file.h"
#include "cplatform_keeper.h"
#include "cplatform_socket.h"
