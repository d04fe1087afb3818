/** Registers the service worker and says when the page is ready to work without a network. */
export async function registerOffline(place: HTMLElement): Promise<void> {
  if (navigator.serviceWorker === undefined) {
    place.textContent = 'No offline copy: the browser keeps one only over https or from localhost.';
    return;
  }
  try {
    await navigator.serviceWorker.register('./service-worker.js', { scope: './', type: 'classic' });
    await navigator.serviceWorker.ready;
    place.textContent = 'Ready to work offline.';
  } catch (error) {
    place.textContent = `No offline copy: ${error instanceof Error ? error.message : String(error)}`;
  }
}
