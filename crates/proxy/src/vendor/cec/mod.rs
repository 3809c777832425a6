//! Huawei Cloud CEC/AICC through ccmessaging.
