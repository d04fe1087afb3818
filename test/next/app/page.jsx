'use client';
import { useEffect } from 'react';

export default function Page() {
  useEffect(() => void import('./judge.js'), []);
  return <p>ten lines</p>;
}
