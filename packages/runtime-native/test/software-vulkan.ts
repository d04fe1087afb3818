import { existsSync } from 'node:fs';

/** The software Vulkan driver that comes with Debian's Chromium. */
const DRIVER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Tests of the webgpu device run where this driver, or one the user named, is there. */
export const hasSoftwareVulkan: boolean = process.env['VK_DRIVER_FILES'] !== undefined || existsSync(DRIVER);

/** Makes it the only Vulkan driver of this process. */
export function useSoftwareVulkan(): void {
  if (hasSoftwareVulkan) process.env['VK_DRIVER_FILES'] ??= DRIVER;
}
