import CloudImages
import Testing

@Suite struct PowerChangeTests {
    @Test(arguments: [
        ("#cloud-config\npower_state: {mode: poweroff}\n", PowerChange.powerOff),
        ("#cloud-config\npower_state:\n  mode: reboot\n  delay: now\n", .reboot),
        ("#cloud-config\npower_state: {mode: halt}\n", .halt),
        ("#cloud-config\npower_state: {delay: now}\n", nil), ("#cloud-config\n{}\n", nil),
        ("#!/bin/sh\npoweroff\n", nil), ("#cloud-config\na: [b\n", nil), ("power_state: {mode: reboot}\n", nil),
    ])
    func `what a cloud-config does to the power is read`(userData: String, change: PowerChange?) {
        #expect(PowerChange(userData: userData) == change)
    }
}
